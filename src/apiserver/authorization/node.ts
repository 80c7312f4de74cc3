/**
 * The Node authorizer: a kubelet may read what pods on its node refer to, and write what is about itself (upstream:
 * plugin/pkg/auth/authorizer/node). Which writes exactly is NodeRestriction's decision; RBAC's role system:node is not
 * bound to anybody.
 */

import { exactMatch } from '#api/field-selector.ts';
import type { UserInfo } from '#api/request.ts';
import type { PersistentVolumeClaim, Pod } from '#kinds/generated/core-v1.ts';
import { type AuthorizationAttributes, type Authorizer, allowed, type Decision, noOpinion } from '../authorizer.ts';
import type { CollectionName, LiveObjects } from '../live-objects.ts';

const nodePrefix = 'system:node:';
const nodesGroup = 'system:nodes';
const pods: CollectionName = '/pods';
const claims: CollectionName = '/persistentvolumeclaims';

/** The node that a user is the kubelet of, '' for others. */
export function nodeNameOf(user: UserInfo): string {
  return user.groups.includes(nodesGroup) && user.username.startsWith(nodePrefix)
    ? user.username.slice(nodePrefix.length)
    : '';
}

const reads = ['get', 'list', 'watch'];

/** What every kubelet may do, whatever runs on it: 'group/resource[/subresource]' -> verbs (role system:node). */
const always: Readonly<Record<string, readonly string[]>> = {
  'authentication.k8s.io/tokenreviews': ['create'],
  'authorization.k8s.io/subjectaccessreviews': ['create'],
  'authorization.k8s.io/localsubjectaccessreviews': ['create'],
  '/services': reads,
  '/nodes': ['create', 'get', 'list', 'watch'],
  '/nodes/status': ['get', 'patch', 'update'],
  '/events': ['create', 'patch', 'update'],
  '/pods': ['create', 'get', 'delete', 'list', 'watch'],
  '/pods/status': ['patch', 'update'],
  '/pods/eviction': ['create'],
  'node.k8s.io/runtimeclasses': reads,
  'certificates.k8s.io/certificatesigningrequests': ['create', ...reads],
  'storage.k8s.io/csidrivers': reads,
  '/persistentvolumeclaims/status': ['get', 'patch', 'update'],
  'certificates.k8s.io/clustertrustbundles': reads,
};

export function createNodeAuthorizer(objects: LiveObjects): Authorizer {
  const decide = (attributes: AuthorizationAttributes, node: string): Decision => {
    const { apiGroup, resource, subresource, verb, namespace, name } = attributes;
    const key = `${apiGroup}/${resource}${subresource ? `/${subresource}` : ''}`;
    switch (key) {
      case '/secrets':
      case '/configmaps': {
        if (!reads.includes(verb)) return denied('can only read resources of this type');
        // A list or watch is only about one object when a field selector names it.
        const wanted = verb === 'get' ? name : nameSelected(attributes);
        if (!wanted) return denied('No Object name found');
        return related(objects, node, namespace, (pod) => refersTo(pod, resource, wanted)) ? allowed : unrelated(node);
      }
      case '/persistentvolumeclaims':
        if (verb !== 'get') return denied('can only get individual resources of this type');
        return related(objects, node, namespace, (pod) => claimNames(pod).includes(name)) ? allowed : unrelated(node);
      case '/persistentvolumes':
        if (verb !== 'get') return denied('can only get individual resources of this type');
        return usesVolume(objects, node, name) ? allowed : unrelated(node);
      case '/serviceaccounts':
        if (verb !== 'get') return denied('can only get individual resources of this type');
        return usesAccount(objects, node, namespace, name) ? allowed : unrelated(node);
      case '/serviceaccounts/token':
        if (verb !== 'create') return denied('can only create tokens for individual service accounts');
        return usesAccount(objects, node, namespace, name) ? allowed : unrelated(node);
      case 'coordination.k8s.io/leases':
        if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb)) return noOpinion;
        if (namespace !== 'kube-node-lease')
          return denied(`can only access leases in the "kube-node-lease" system namespace`);
        return verb === 'create' || name === node
          ? allowed
          : denied('can only access node lease with the same name as the requesting node');
      case 'storage.k8s.io/csinodes':
        if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb)) return noOpinion;
        return verb === 'create' || name === node
          ? allowed
          : denied('can only access CSINode with the same name as the requesting node');
      case 'storage.k8s.io/volumeattachments':
        return verb === 'get' ? allowed : denied('can only get individual resources of this type');
      default:
        return always[key]?.includes(verb) ? allowed : noOpinion;
    }
  };
  return (attributes) => {
    const node = nodeNameOf(attributes.user);
    if (node === '' || !attributes.isResourceRequest) return noOpinion;
    const loading = objects.load(pods, claims);
    return loading ? loading.then(() => decide(attributes, node)) : decide(attributes, node);
  };
}

/** Reasons of this authorizer are no denial: RBAC may still allow. */
function denied(reason: string): Decision {
  return { decision: 'no-opinion', reason };
}

function unrelated(node: string): Decision {
  return denied(`no relationship found between node '${node}' and this object`);
}

function nameSelected({ fieldSelector }: AuthorizationAttributes): string | undefined {
  return fieldSelector && exactMatch(fieldSelector, 'metadata.name');
}

function related(objects: LiveObjects, node: string, namespace: string, refers: (pod: Pod) => boolean): boolean {
  for (const object of objects.list(pods, namespace)) {
    const pod = object as Pod;
    if (pod.spec?.nodeName === node && refers(pod)) return true;
  }
  return false;
}

function usesAccount(objects: LiveObjects, node: string, namespace: string, name: string): boolean {
  return related(objects, node, namespace, (pod) => pod.spec?.serviceAccountName === name);
}

function usesVolume(objects: LiveObjects, node: string, volume: string): boolean {
  for (const object of objects.list(claims)) {
    const claim = object as PersistentVolumeClaim;
    if (claim.spec?.volumeName !== volume) continue;
    const { namespace = '', name = '' } = claim.metadata ?? {};
    if (related(objects, node, namespace, (pod) => claimNames(pod).includes(name))) return true;
  }
  return false;
}

function claimNames({ spec, metadata }: Pod): string[] {
  return (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim) return [persistentVolumeClaim.claimName];
    return ephemeral ? [`${metadata?.name}-${name}`] : [];
  });
}

/** Every place of a pod that can name a secret or config map. */
function refersTo({ spec }: Pod, resource: string, name: string): boolean {
  if (!spec) return false;
  const secret = resource === 'secrets';
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
  for (const container of containers) {
    for (const { valueFrom } of container.env ?? []) {
      if ((secret ? valueFrom?.secretKeyRef : valueFrom?.configMapKeyRef)?.name === name) return true;
    }
    for (const source of container.envFrom ?? []) {
      if ((secret ? source.secretRef : source.configMapRef)?.name === name) return true;
    }
  }
  if (secret && spec.imagePullSecrets?.some((reference) => reference.name === name)) return true;
  return (spec.volumes ?? []).some((volume) => {
    const projected = volume.projected?.sources ?? [];
    if (!secret) return volume.configMap?.name === name || projected.some((source) => source.configMap?.name === name);
    const references = [
      volume.csi?.nodePublishSecretRef,
      volume.rbd?.secretRef,
      volume.cephfs?.secretRef,
      volume.iscsi?.secretRef,
    ];
    return (
      volume.secret?.secretName === name ||
      projected.some((source) => source.secret?.name === name) ||
      references.some((reference) => reference?.name === name)
    );
  });
}
