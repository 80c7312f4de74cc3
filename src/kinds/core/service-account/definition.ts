import { defineResource } from '#api/definition.ts';
import type { ServiceAccount } from '#kinds/generated/core-v1.ts';
import { serviceAccountColumns } from './columns.ts';
import { mountableSecretsWarnings, nameSecretsOnly } from './lifecycle.ts';

export const ServiceAccounts = defineResource<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  scope: 'Namespaced',
  judgesNameOnUpdate: true,
  columns: serviceAccountColumns,
  returnsDeletedObject: true,
  prepareForCreate: nameSecretsOnly,
  prepareForUpdate: nameSecretsOnly,
  warnings: mountableSecretsWarnings,
  shortNames: ['sa'],
  subresources: [
    {
      name: 'token',
      type: 'action',
      verbs: ['create'],
      kind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
    },
  ],
});
