import { defineResource } from '#api/definition.ts';
import type { CustomResourceDefinition } from '#kinds/generated/apiextensions-v1.ts';

export const CustomResourceDefinitions = defineResource<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  scope: 'Cluster',
  tracksGeneration: true,
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  allowUnconditionalUpdate: false,
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
