import { defineResource } from '#api/definition.ts';
import { parseIP } from '#api/ip-address.ts';
import type { IPAddress } from '#kinds/generated/networking-v1.ts';
import { ipAddressColumns } from './columns.ts';

export const IPAddresses = defineResource<IPAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  scope: 'Cluster',
  columns: ipAddressColumns,
  shortNames: ['ip'],
  validateName: (name) =>
    parseIP(name) === undefined
      ? ['must be a valid IP address in canonical form, (e.g. 10.9.8.7 or 2001:db8::ffff)']
      : [],
});
