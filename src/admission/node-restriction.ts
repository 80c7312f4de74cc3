/**
 * NodeRestriction: a kubelet writes its own Node, the status of its own pods, and tokens for them; nothing that would let a
 * taken node spread (upstream: plugin/pkg/admission/noderestriction; CVE-2025-5187 class).
 */

import { newForbidden } from '#api/errors.ts';
import type { TokenRequest } from '#api/generated/authentication-v1.ts';
import { jsonEqual } from '#api/patch/json-tree.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import { nodeNameOf } from '#apiserver/authorization/node.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { Node, Pod } from '#kinds/generated/core-v1.ts';

const pods: CollectionName = '/pods';
const mirrorAnnotation = 'kubernetes.io/config.mirror';
/** Labels of these domains a kubelet may set only where listed. */
const kubernetesDomain = /(^|\.)(kubernetes\.io|k8s\.io)\//;
const ownLabels: ReadonlySet<string> = new Set([
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'kubernetes.io/arch',
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);

export function nodeRestriction(objects: LiveObjects): AdmissionPlugin {
  return {
    name: 'NodeRestriction',
    // After all that may change the object: it is the result that counts.
    validate: async (context) => {
      const node = nodeNameOf(context.user);
      if (node === '') return;
      const key = `${context.resource.group}/${context.resource.resource}`;
      if (key === '/pods') await checkPod(objects, context, node);
      else if (key === '/nodes') checkNode(context, node);
      else if (key === '/persistentvolumeclaims') checkClaim(context, node);
      else if (key === '/serviceaccounts') await checkToken(objects, context, node);
      else if (key === 'coordination.k8s.io/leases') checkLease(context, node);
      else if (
        key === 'storage.k8s.io/csinodes' &&
        context.object &&
        context.name !== node &&
        context.object.metadata?.name !== node
      ) {
        throw refused(context, `can only access CSINode with the same name as the requesting node`);
      }
    },
  };
}

function refused({ resource, object, name }: AdmissionContext, reason: string) {
  return newForbidden(
    { group: resource.group, resource: resource.resource },
    name || (object?.metadata?.name ?? ''),
    reason,
  );
}

async function currentPod(objects: LiveObjects, { namespace, name }: AdmissionContext): Promise<Pod | undefined> {
  await objects.load(pods);
  return (objects.get(pods, namespace, name) ?? (await objects.getFresh(pods, namespace, name))) as Pod | undefined;
}

async function checkPod(objects: LiveObjects, context: AdmissionContext, node: string): Promise<void> {
  const { operation, subresource } = context;
  if (subresource === '' && operation === 'CREATE') {
    checkMirrorPod(context, node);
  } else if (subresource === '' && operation === 'DELETE') {
    const pod = await currentPod(objects, context);
    if (pod && pod.spec?.nodeName !== node)
      throw refused(context, `node "${node}" can only delete pods with spec.nodeName set to itself`);
  } else if (subresource === 'status' && operation === 'UPDATE') {
    const old = context.oldObject as Pod | undefined;
    const pod = context.object as unknown as Pod;
    if (old?.spec?.nodeName !== node)
      throw refused(context, `node "${node}" can only update pod status for pods with spec.nodeName set to itself`);
    if (!jsonEqual(old.metadata?.labels ?? {}, pod.metadata?.labels ?? {})) {
      throw refused(context, `node "${node}" cannot update labels through pod status`);
    }
  } else if (subresource === 'eviction') {
    const pod = await currentPod(objects, context);
    if (pod && pod.spec?.nodeName !== node)
      throw refused(context, `node ${node} can only evict pods with spec.nodeName set to itself`);
  } else {
    throw refused(
      context,
      `unexpected operation "${operation}"${subresource ? ` on subresource "${subresource}"` : ''}, node user "system:node:${node}" cannot do that`,
    );
  }
}

/** A kubelet creates pods only to show what it runs anyway. */
function checkMirrorPod(context: AdmissionContext, node: string): void {
  const pod = context.object as unknown as Pod;
  if (pod.metadata?.annotations?.[mirrorAnnotation] === undefined) {
    throw refused(
      context,
      `pod does not have "${mirrorAnnotation}" annotation, node "${node}" can only create mirror pods`,
    );
  }
  if (pod.spec?.nodeName !== node)
    throw refused(context, `node "${node}" can only create pods with spec.nodeName set to itself`);
  const owners = pod.metadata.ownerReferences ?? [];
  const [owner] = owners;
  if (
    owners.length > 1 ||
    (owner && (owner.kind !== 'Node' || owner.name !== node || owner.controller !== true || owner.blockOwnerDeletion))
  ) {
    throw refused(context, `node "${node}" can only create pods with an owner reference set to itself`);
  }
  if (pod.spec.serviceAccountName)
    throw refused(context, `node "${node}" can not create pods that reference a service account`);
  const referring = (pod.spec.volumes ?? []).some(
    (volume) => volume.secret || volume.configMap || volume.persistentVolumeClaim || volume.projected,
  );
  if (referring) throw refused(context, `node "${node}" can not create pods that reference API objects`);
}

function checkNode(context: AdmissionContext, node: string): void {
  const { operation, name, object, oldObject } = context;
  const requested = name || object?.metadata?.name;
  if (requested !== node) throw refused(context, `node "${node}" is not allowed to modify node "${requested}"`);
  if (operation === 'CREATE') {
    const created = object as unknown as Node;
    if (created.spec?.configSource)
      throw refused(context, `node "${node}" is not allowed to create pods with a non-nil configSource`);
    refuseLabels(context, forbiddenLabels(created.metadata?.labels ?? {}, {}));
    if ((created.metadata?.ownerReferences?.length ?? 0) > 0)
      throw refused(context, `node "${node}" is not allowed to set ownerReferences`);
  } else if (operation === 'UPDATE') {
    const next = object as unknown as Node;
    const old = oldObject as Node;
    if (!jsonEqual(next.spec?.taints ?? [], old.spec?.taints ?? []))
      throw refused(context, `node "${node}" is not allowed to modify taints`);
    if (!jsonEqual(next.metadata?.ownerReferences ?? [], old.metadata?.ownerReferences ?? [])) {
      throw refused(context, `node "${node}" is not allowed to modify ownerReferences`);
    }
    refuseLabels(context, forbiddenLabels(next.metadata?.labels ?? {}, old.metadata?.labels ?? {}));
  }
}

type Labels = Readonly<Record<string, string>>;

/** Labels that were changed and that a kubelet may not set. */
function forbiddenLabels(next: Labels, old: Labels): string[] {
  const changed = [...new Set([...Object.keys(next), ...Object.keys(old)])].filter(
    (label) => next[label] !== old[label],
  );
  return changed
    .filter((label) => {
      const domain = label.slice(0, label.indexOf('/'));
      if (/(^|\.)node-restriction\.kubernetes\.io$/.test(domain)) return true;
      if (!kubernetesDomain.test(label) || ownLabels.has(label)) return false;
      return !/(^|\.)(kubelet|node)\.kubernetes\.io$/.test(domain);
    })
    .sort();
}

function refuseLabels(context: AdmissionContext, labels: readonly string[]): void {
  if (labels.length > 0) throw refused(context, `is not allowed to modify labels: ${labels.join(', ')}`);
}

function checkClaim(context: AdmissionContext, node: string): void {
  if (context.subresource !== 'status' || context.operation !== 'UPDATE') {
    throw refused(
      context,
      `unexpected subresource "${context.subresource}", node "${node}" may only update the status of claims`,
    );
  }
}

async function checkToken(objects: LiveObjects, context: AdmissionContext, node: string): Promise<void> {
  if (context.subresource !== 'token' || context.operation !== 'CREATE') return;
  const reference = (context.object as unknown as TokenRequest).spec?.boundObjectRef;
  if (!reference || reference.apiVersion !== 'v1' || reference.kind !== 'Pod' || !reference.name) {
    throw refused(context, 'node requested token not bound to a pod');
  }
  if (!reference.uid) throw refused(context, 'node requested token with a pod binding without a uid');
  const pod = await currentPod(objects, { ...context, name: reference.name });
  if (!pod) throw refused(context, `pod "${reference.name}" not found`);
  if (pod.metadata?.uid !== reference.uid)
    throw refused(context, 'the UID in the bound object reference does not match the UID in record');
  if (pod.spec?.nodeName !== node)
    throw refused(context, 'node requested token bound to a pod scheduled on a different node');
}

function checkLease(context: AdmissionContext, node: string): void {
  const requested = context.name || context.object?.metadata?.name;
  if (context.namespace !== 'kube-node-lease')
    throw refused(context, `can only access leases in the "kube-node-lease" system namespace`);
  if (requested !== node)
    throw refused(context, `can only access node lease with the same name as the requesting node`);
}
