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
  plural: 'endpoints',
  scope: 'Namespaced',
  validate: validateEndpoints,
  warnings: endpointsWarnings,
  columns: endpointsColumns,
  defaults: defaultEndpoints,
  shortNames: ['ep'],
  allowCreateOnUpdate: true,
});
