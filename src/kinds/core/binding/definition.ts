import { defineResource } from '#api/definition.ts';
import type { Binding } from '#kinds/generated/core-v1.ts';

export const Bindings = defineResource<Binding>({
  group: '',
  version: 'v1',
  kind: 'Binding',
  plural: 'bindings',
  scope: 'Namespaced',
  verbs: ['create'],
  stored: false,
});
