import { defineResource } from '#api/definition.ts';
import type { Secret } from '#kinds/generated/core-v1.ts';
import { secretColumns } from './columns.ts';
import { defaultSecret } from './defaults.ts';
import { validateSecret, validateSecretUpdate } from './validation.ts';

export const Secrets = defineResource<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  scope: 'Namespaced',
  judgesNameOnUpdate: true,
  columns: secretColumns,
  confidential: true,
  defaults: defaultSecret,
  validate: validateSecret,
  validateUpdate: validateSecretUpdate,
  selectableFields: {
    type: (secret) => secret.type ?? '',
  },
});
