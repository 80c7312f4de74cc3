/** DenyServiceExternalIPs, off by default: services get no external IPs that they have not got already (CVE-2020-8554). */

import { newForbidden } from '#api/errors.ts';
import type { AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { Service } from '#kinds/generated/core-v1.ts';

export const denyServiceExternalIPs: AdmissionPlugin = {
  name: 'DenyServiceExternalIPs',
  handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
  validate: ({ resource, subresource, object, oldObject, name }) => {
    if (resource.group !== '' || resource.resource !== 'services' || subresource !== '') return;
    const former = new Set((oldObject as Service | undefined)?.spec?.externalIPs);
    if ((object as Service).spec?.externalIPs?.every((address) => former.has(address)) ?? true) return;
    throw newForbidden({ group: '', resource: 'services' }, name, 'Use of external IPs is denied by admission control');
  },
};
