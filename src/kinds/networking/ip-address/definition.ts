import { defineResource } from '#api/definition.ts';
import type { IPAddress } from '#kinds/generated/networking-v1.ts';
import { ipAddressColumns } from './columns.ts';
import { validateIPAddress, validateIPAddressName, validateIPAddressUpdate } from './validation.ts';

export const IPAddresses = defineResource<IPAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  generatesPlainNames: true,
  validateName: validateIPAddressName,
  validate: validateIPAddress,
  validateUpdate: validateIPAddressUpdate,
  columns: ipAddressColumns,
  shortNames: ['ip'],
});
