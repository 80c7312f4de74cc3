/**
 * The Node authorizer: a kubelet may read what pods on its node refer to, and write what is about itself (upstream:
 * plugin/pkg/auth/authorizer/node, KEP-4601 for what it may list). Which writes exactly is NodeRestriction's decision; RBAC's role
 * system:node is not bound to anybody.
 *
 * 1. A node learns nothing about pods and nodes that are not its own.
 * 2. What a node can create by itself, mirror pods, gives it no right to read anything.
 */

import { exactMatch } from '#api/field-selector.ts';
import type { UserInfo } from '#api/request.ts';
import type { PersistentVolume, Pod } from '#kinds/generated/core-v1.ts';
import type { ResourceSlice } from '#kinds/generated/resource-v1.ts';
import type { VolumeAttachment } from '#kinds/generated/storage-v1.ts';
import { type AuthorizationAttributes, type Authorizer, allowed, type Decision, noOpinion } from '../authorizer.ts';
import type { CollectionName, LiveObjects } from '../live-objects.ts';
import {
  claimNames,
  configMapNames,
  deviceClaimNames,
  isMirrorPod,
  secretNames,
  volumeSecretsOf,
} from './pod-references.ts';

const nodePrefix = 'system:node:';
const nodesGroup = 'system:nodes';
const pods: CollectionName = '/pods';
const volumes: CollectionName = '/persistentvolumes';
const attachments: CollectionName = 'storage.k8s.io/volumeattachments';
const slices: CollectionName = 'resource.k8s.io/resourceslices';

/** Whether a user is a kubelet; some name no node. */
export function isNode(user: UserInfo): boolean {
  return user.username.startsWith(nodePrefix) && user.groups.includes(nodesGroup);
}

/** The node that a user is the kubelet of, '' for others. */
export function nodeNameOf(user: UserInfo): string {
  return isNode(user) ? user.username.slice(nodePrefix.length) : '';
}

const reads = ['get', 'list', 'watch'];

/** What every kubelet may do, whatever runs on it: 'group/resource[/subresource]' -> verbs (role system:node). */
const always: Readonly<Record<string, readonly string[]>> = {
  'authentication.k8s.io/tokenreviews': ['create'],
  'authorization.k8s.io/subjectaccessreviews': ['create'],
  'authorization.k8s.io/localsubjectaccessreviews': ['create'],
  '/services': reads,
  '/endpoints': ['get'],
  '/events': ['create', 'patch', 'update'],
  'events.k8s.io/events': ['create', 'patch', 'update'],
  '/nodes/status': ['patch', 'update'],
  '/pods/status': ['patch', 'update'],
  '/pods/eviction': ['create'],
  'node.k8s.io/runtimeclasses': reads,
  'certificates.k8s.io/certificatesigningrequests': ['create', ...reads],
  'certificates.k8s.io/clustertrustbundles': reads,
  'storage.k8s.io/csidrivers': reads,
};

const onlyIndividual = 'can only get individual resources of this type';

export function createNodeAuthorizer(objects: LiveObjects): Authorizer {
  const decide = (attributes: AuthorizationAttributes, node: string): Decision => {
    const { apiGroup, resource, subresource, verb, namespace, name } = attributes;
    const related = (isRelated: () => boolean): Decision => {
      if (name === '') return denied('No Object name found');
      return isRelated() ? allowed : denied(`no relationship found between node '${node}' and this object`);
    };
    const ofPods = (refers: (pod: Pod) => boolean) => related(() => somePod(objects, node, namespace, refers));
    const key = `${apiGroup}/${resource}${subresource ? `/${subresource}` : ''}`;
    switch (key) {
      case '/secrets':
      case '/configmaps':
        if (!reads.includes(verb)) return denied('can only read resources of this type');
        if (namespace === '') return denied('can only read namespaced object of this type');
        return key === '/configmaps'
          ? ofPods((pod) => configMapNames(pod).includes(name))
          : related(
              () =>
                somePod(objects, node, namespace, (pod) => secretNames(pod).includes(name)) ||
                mountsWith(objects, node, namespace, name),
            );
      case '/persistentvolumeclaims':
        return verb === 'get' ? ofPods((pod) => claimNames(pod).includes(name)) : denied(onlyIndividual);
      case '/persistentvolumeclaims/status':
        return verb === 'update' || verb === 'patch'
          ? ofPods((pod) => claimNames(pod).includes(name))
          : denied('can only get/update/patch this type');
      case '/persistentvolumes':
        if (verb !== 'get') return denied(onlyIndividual);
        return related(() => isMounted(objects, node, objects.get(volumes, '', name)));
      case 'storage.k8s.io/volumeattachments':
        if (verb !== 'get') return denied(onlyIndividual);
        return related(() => isAttachedTo(objects.get(attachments, '', name) as VolumeAttachment | undefined, node));
      case 'resource.k8s.io/resourceclaims':
        return verb === 'get' ? ofPods((pod) => deviceClaimNames(pod).includes(name)) : denied(onlyIndividual);
      case 'resource.k8s.io/resourceslices':
        if (verb === 'create') return allowed;
        if (ownVerbs.includes(verb))
          return related(() => (objects.get(slices, '', name) as ResourceSlice | undefined)?.spec.nodeName === node);
        if (verb !== 'list' && verb !== 'watch' && verb !== 'deletecollection') return noOpinion;
        return selectsNode(attributes, node)
          ? allowed
          : denied('can only list/watch/deletecollection resourceslices with nodeName field selector');
      case '/serviceaccounts':
        if (verb !== 'get') return denied('can only create tokens for individual service accounts');
        return ofPods((pod) => pod.spec?.serviceAccountName === name);
      case '/serviceaccounts/token':
        if (verb !== 'create') return denied('can only create tokens for individual service accounts');
        return ofPods((pod) => pod.spec?.serviceAccountName === name);
      case 'coordination.k8s.io/leases':
        if (!ownVerbs.includes(verb)) return denied('can only get, create, update, patch, or delete a node lease');
        if (namespace !== 'kube-node-lease')
          return denied('can only access leases in the "kube-node-lease" system namespace');
        return verb === 'create' || name === node
          ? allowed
          : denied('can only access node lease with the same name as the requesting node');
      case 'storage.k8s.io/csinodes':
        if (!ownVerbs.includes(verb)) return denied('can only get, create, update, patch, or delete a CSINode');
        return verb === 'create' || name === node
          ? allowed
          : denied('can only access CSINode with the same name as the requesting node');
      case '/nodes':
        return ofNodes(verb, name, node);
      case '/pods':
        if (verb === 'create' || verb === 'delete') return allowed;
        if (!reads.includes(verb)) return noOpinion;
        if (verb !== 'get' && selectsNode(attributes, node)) return allowed;
        if (verb !== 'get' && name === '') return denied('can only list/watch pods with spec.nodeName field selector');
        return related(() => (objects.get(pods, namespace, name) as Pod | undefined)?.spec?.nodeName === node);
      default:
        return always[key]?.includes(verb) ? allowed : noOpinion;
    }
  };
  return (attributes) => {
    if (!isNode(attributes.user)) return noOpinion;
    const node = nodeNameOf(attributes.user);
    if (node === '') return denied(`unknown node for user ${JSON.stringify(attributes.user.username)}`);
    if (!attributes.isResourceRequest) return noOpinion;
    const loading =
      attributes.resource === 'resourceslices' ? objects.load(slices) : objects.load(pods, volumes, attachments);
    return loading ? loading.then(() => decide(attributes, node)) : decide(attributes, node);
  };
}

const ownVerbs = ['get', 'create', 'update', 'patch', 'delete'];

/** Reasons of this authorizer are no denial: RBAC may still allow. */
function denied(reason: string): Decision {
  return { decision: 'no-opinion', reason };
}

/** A kubelet reads its own Node, before it exists too; NodeRestriction lets it write no other. */
function ofNodes(verb: string, name: string, node: string): Decision {
  if (verb === 'create' || verb === 'update' || verb === 'patch') return allowed;
  if (!reads.includes(verb)) return noOpinion;
  if (name === node) return allowed;
  return name === ''
    ? denied(`node '${node}' cannot read all nodes, only its own Node object`)
    : denied(`node '${node}' cannot read '${name}', only its own Node object`);
}

function selectsNode({ fieldSelector }: AuthorizationAttributes, node: string): boolean {
  return fieldSelector !== undefined && exactMatch(fieldSelector, 'spec.nodeName') === node;
}

/** Whether a pod of the node refers to something; mirror pods are the node's own invention. */
function somePod(objects: LiveObjects, node: string, namespace: string, refers: (pod: Pod) => boolean): boolean {
  for (const object of objects.list(pods, namespace)) {
    // The collection's name says what its objects are.
    const pod = object as Pod;
    if (pod.spec?.nodeName === node && !isMirrorPod(pod) && refers(pod)) return true;
  }
  return false;
}

/** The volume says whose it is: a claim that names it could be anybody's. */
function isMounted(objects: LiveObjects, node: string, volume: PersistentVolume | undefined): boolean {
  const { namespace = '', name = '' } = volume?.spec?.claimRef ?? {};
  return name !== '' && somePod(objects, node, namespace, (pod) => claimNames(pod).includes(name));
}

/** Whether a volume that the node mounts needs the secret. */
function mountsWith(objects: LiveObjects, node: string, namespace: string, secret: string): boolean {
  for (const object of objects.list(volumes)) {
    const volume = object as PersistentVolume;
    const needs = volumeSecretsOf(volume).some((found) => found.namespace === namespace && found.name === secret);
    if (needs && isMounted(objects, node, volume)) return true;
  }
  return false;
}

function isAttachedTo(attachment: VolumeAttachment | undefined, node: string): boolean {
  return attachment?.spec.nodeName === node;
}
