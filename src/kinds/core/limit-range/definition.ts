import { defineResource } from '#api/definition.ts';
import type { LimitRange } from '#kinds/generated/core-v1.ts';
import { defaultLimitRange } from './defaults.ts';
import { validateLimitRange } from './validation.ts';

export const LimitRanges = defineResource<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  scope: 'Namespaced',
  judgesNameOnUpdate: true,
  // One that is to have any name is named by its uid.
  prepareForCreate: ({ metadata }) => {
    if (metadata?.uid && !metadata.generateName) metadata.name ||= metadata.uid;
  },
  validate: validateLimitRange,
  defaults: defaultLimitRange,
  shortNames: ['limits'],
  allowCreateOnUpdate: true,
});
