import { defineResource } from '#api/definition.ts';
import type { Endpoints as EndpointsObject } from '#kinds/generated/core-v1.ts';

export type Endpoints = EndpointsObject;

export const Endpoints = defineResource<EndpointsObject>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  scope: 'Namespaced',
  shortNames: ['ep'],
  allowCreateOnUpdate: true,
});
