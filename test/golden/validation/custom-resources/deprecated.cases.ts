/** Answers in deprecated versions of a custom resource. */

import { type GoldenCase, goldenNamespace } from '../golden-case.ts';

const group = 'golden-deprecated.example.com';
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const versions = [
  { name: 'v1alpha1', served: true, storage: false, deprecated: true, schema: { openAPIV3Schema } },
  {
    name: 'v1beta1',
    served: true,
    storage: false,
    deprecated: true,
    deprecationWarning: 'old things come to an end',
    schema: { openAPIV3Schema },
  },
  { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } },
  { name: 'v2', served: true, storage: false, deprecated: true, schema: { openAPIV3Schema } },
  { name: 'v2beta1', served: true, storage: false, schema: { openAPIV3Schema } },
  { name: 'v3', served: false, storage: false, schema: { openAPIV3Schema } },
];
const collection = (version: string): string => `/apis/${group}/${version}/namespaces/${goldenNamespace}/things`;

export const cases: readonly GoldenCase[] = [
  {
    name: 'definition',
    method: 'POST',
    path: crds,
    body: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `things.${group}` },
      spec: { group, names: { plural: 'things', kind: 'Thing' }, scope: 'Namespaced', versions },
    },
  },
  {
    name: 'create in v1',
    method: 'POST',
    path: collection('v1'),
    body: { apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name: 'a' } },
    awaits: 201,
  },
  ...['v1alpha1', 'v1beta1', 'v1', 'v2', 'v2beta1'].map(
    (version): GoldenCase => ({
      name: `list in ${version}`,
      method: 'GET',
      path: `${collection(version)}?labelSelector=none`,
      awaits: 200,
    }),
  ),
  { name: 'get', method: 'GET', path: `${collection('v1alpha1')}/a` },
  {
    name: 'create with doubtful finalizers',
    method: 'POST',
    path: collection('v1alpha1'),
    body: { apiVersion: `${group}/v1alpha1`, kind: 'Thing', metadata: { name: 'b', finalizers: ['held'] } },
    dryRun: true,
  },
];
