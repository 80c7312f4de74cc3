/**
 * What expressions of admission may use beside Kubernetes' libraries (apiserver admission/plugin/cel/compile.go). The objects are of any type;
 * request and namespaceObject have declared fields, which type checking goes by; their values are plain JSON.
 */

import { type Environment, extendEnvironment, type Variable } from '#cel/environment.ts';
import { kubernetesEnvironment } from '#cel/kubernetes.ts';
import { authorizerType, resourceCheckType } from '#cel/libraries/authorizer.ts';
import { jsonPatchLibrary } from '#cel/libraries/json-patch.ts';
import type { CelType, ObjectType } from '#cel/types.ts';
import { boolType, dynType, intType, listType, mapType, objectType, stringType, timestampType } from '#cel/types.ts';

/** Variables and types that only some expressions have. */
export interface ExpressionScope {
  readonly params?: boolean;
  readonly authorizer?: boolean;
  /** Object{...}, JSONPatch{...}: what mutations are made of. */
  readonly patchTypes?: boolean;
}

const texts = listType(stringType);
const groupVersionKind = objectType('kubernetes.GroupVersionKind', {
  group: stringType,
  version: stringType,
  kind: stringType,
});
const groupVersionResource = objectType('kubernetes.GroupVersionResource', {
  group: stringType,
  version: stringType,
  resource: stringType,
});
const userInfo = objectType('kubernetes.UserInfo', {
  username: stringType,
  uid: stringType,
  groups: texts,
  extra: mapType(stringType, texts),
});
const request = objectType('kubernetes.AdmissionRequest', {
  kind: groupVersionKind,
  resource: groupVersionResource,
  subResource: stringType,
  requestKind: groupVersionKind,
  requestResource: groupVersionResource,
  requestSubResource: stringType,
  name: stringType,
  namespace: stringType,
  operation: stringType,
  userInfo,
  dryRun: boolType,
  options: dynType,
});
const namespaceMetadata = objectType('kubernetes.NamespaceMetadata', {
  name: stringType,
  generateName: stringType,
  namespace: stringType,
  labels: mapType(stringType, stringType),
  annotations: mapType(stringType, stringType),
  // Upstream's spelling: no namespace has it, the values are plain JSON.
  UID: stringType,
  creationTimestamp: timestampType,
  deletionGracePeriodSeconds: intType,
  deletionTimestamp: timestampType,
  generation: intType,
  resourceVersion: stringType,
  finalizers: texts,
});
const namespaceSpec = objectType('kubernetes.NamespaceSpec', { finalizers: texts });
const namespaceCondition = objectType('kubernetes.NamespaceCondition', {
  status: stringType,
  type: stringType,
  lastTransitionTime: timestampType,
  message: stringType,
  reason: stringType,
});
const namespaceStatus = objectType('kubernetes.NamespaceStatus', {
  conditions: listType(namespaceCondition),
  phase: stringType,
});
const namespace = objectType('kubernetes.Namespace', {
  metadata: namespaceMetadata,
  spec: namespaceSpec,
  status: namespaceStatus,
});

const declaredTypes: readonly ObjectType[] = [
  request,
  groupVersionKind,
  groupVersionResource,
  userInfo,
  namespace,
  namespaceMetadata,
  namespaceSpec,
  namespaceStatus,
  namespaceCondition,
];

const environments = new Map<string, Environment>();

/** The environment of a scope, made once. */
export function scopeEnvironment(scope: ExpressionScope): Environment {
  const key = `${scope.params ?? false} ${scope.authorizer ?? false} ${scope.patchTypes ?? false}`;
  const known = environments.get(key);
  if (known) return known;
  const authorizing: Variable[] = [{ name: 'authorizer.requestResource', type: resourceCheckType }];
  const typed = typedEnvironment(scope, {});
  const made = extendEnvironment(
    typed,
    ...(scope.authorizer ? [{ variables: authorizing }] : []),
    ...(scope.patchTypes ? [jsonPatchLibrary] : []),
  );
  environments.set(key, made);
  return made;
}

/** Types of the objects where they are known. */
export interface ObjectTypes {
  readonly object?: CelType | undefined;
  readonly params?: CelType | undefined;
}

/** A new environment for type checking, which upstream does without `authorizer.requestResource`. */
export function typedEnvironment(
  scope: Omit<ExpressionScope, 'patchTypes'>,
  { object = dynType, params = dynType }: ObjectTypes,
): Environment {
  const variables: Variable[] = [
    { name: 'object', type: object },
    { name: 'oldObject', type: object },
    { name: 'namespaceObject', type: namespace },
    { name: 'request', type: request },
  ];
  if (scope.params) variables.push({ name: 'params', type: params });
  if (scope.authorizer) variables.push({ name: 'authorizer', type: authorizerType });
  const types = [...declaredTypes, object, params];
  return extendEnvironment(kubernetesEnvironment({ version: '1.36' }), { variables, types });
}
