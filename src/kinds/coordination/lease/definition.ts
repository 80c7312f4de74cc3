import { defineResource } from '#api/definition.ts';
import type { Lease } from '#kinds/generated/coordination-v1.ts';
import { leaseColumns } from './columns.ts';
import { dropElectionFields } from './disabled-fields.ts';
import { validateLease } from './validation.ts';

export const Leases = defineResource<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
  allowsPlainFinalizers: true,
  prepareForCreate: (lease) => dropElectionFields(lease),
  prepareForUpdate: dropElectionFields,
  validate: validateLease,
  columns: leaseColumns,
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
});
