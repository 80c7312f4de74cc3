import { defineResource } from '#api/definition.ts';
import type { LimitRange } from '#kinds/generated/core-v1.ts';
import { defaultLimitRange } from './defaults.ts';

export const LimitRanges = defineResource<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  scope: 'Namespaced',
  defaults: defaultLimitRange,
  shortNames: ['limits'],
  allowCreateOnUpdate: true,
});
