import { defineResource } from '#api/definition.ts';
import type { Endpoints as EndpointsObject } from '#kinds/generated/core-v1.ts';
import { endpointsColumns } from './columns.ts';
import { defaultEndpoints } from './defaults.ts';
import { endpointsWarnings, validateEndpoints } from './validation.ts';

export type Endpoints = EndpointsObject;

export const Endpoints = defineResource<EndpointsObject>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  plural: 'endpoints',
  scope: 'Namespaced',
  judgesNameOnUpdate: true,
  validate: validateEndpoints,
  warnings: endpointsWarnings,
  columns: endpointsColumns,
  defaults: defaultEndpoints,
  shortNames: ['ep'],
  allowCreateOnUpdate: true,
});
