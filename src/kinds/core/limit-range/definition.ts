import { defineResource } from '#api/definition.ts';
import type { LimitRange } from '#kinds/generated/core-v1.ts';

export const LimitRanges = defineResource<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  scope: 'Namespaced',
  shortNames: ['limits'],
  allowCreateOnUpdate: true,
});
