import { defineResource } from '#api/definition.ts';
import type { Secret } from '#kinds/generated/core-v1.ts';
import { defaultSecret } from './defaults.ts';

export const Secrets = defineResource<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  scope: 'Namespaced',
  defaults: defaultSecret,
  selectableFields: {
    type: (secret) => secret.type ?? '',
  },
});
