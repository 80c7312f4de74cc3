/** How upstream calls an object in its store: messages of failed preconditions say so. */

import type { RequestContext } from '../context.ts';

/** Resources that have another name there, by 'group/plural' (kubeapiserver's SpecialDefaultResourcePrefixes). */
const prefixes: Readonly<Record<string, string>> = {
  '/replicationcontrollers': 'controllers',
  '/endpoints': 'services/endpoints',
  '/nodes': 'minions',
  '/services': 'services/specs',
  'networking.k8s.io/ingresses': 'ingress',
};

/** The error about an object that is not the one that was meant: `cause` says which precondition failed. */
export function storageErrorText({ resource, info }: RequestContext, name: string, cause: string): string {
  const { group, plural } = resource.definition;
  const prefix = prefixes[`${group}/${plural}`] ?? (resource.isCustom ? `${group}/${plural}` : plural);
  const key = resource.namespaced ? `${info.namespace}/${name}` : name;
  return `StorageError: invalid object, Code: 4, Key: /registry/${prefix}/${key}, ResourceVersion: 0, AdditionalErrorMsg: ${cause}`;
}
