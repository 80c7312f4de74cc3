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
  validate: validateLimitRange,
  defaults: defaultLimitRange,
  shortNames: ['limits'],
  allowCreateOnUpdate: true,
});
