/** AlwaysAdmit and AlwaysDeny: off, and deprecated upstream; they are for tests of what stands around admission. */

import type { AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import { refused } from './refusal.ts';

export const alwaysAdmit: AdmissionPlugin = { name: 'AlwaysAdmit', admit: () => {}, validate: () => {} };

export const alwaysDeny: AdmissionPlugin = {
  name: 'AlwaysDeny',
  admit: (context) => {
    throw refused(context, reason);
  },
  validate: (context) => {
    throw refused(context, reason);
  },
};

const reason = 'admission control is denying all modifications';
