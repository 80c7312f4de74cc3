/**
 * NodeRestriction: a kubelet writes its own Node, the status of its own pods, and tokens for them; nothing that would let a
 * taken node spread (upstream: plugin/pkg/admission/noderestriction; CVE-2025-5187 class).
 */

import { newNotFound } from '#api/errors.ts';
import type { TokenRequest } from '#api/generated/authentication-v1.ts';
import { jsonEqual } from '#api/patch/json-tree.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import { isNode, nodeNameOf } from '#apiserver/authorization/node.ts';
import { mirrorAnnotation, referredTo } from '#apiserver/authorization/pod-references.ts';
import type { Authorizer } from '#apiserver/authorizer.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { CertificateSigningRequest } from '#kinds/generated/certificates-v1.ts';
import type { Node, PersistentVolumeClaim, Pod } from '#kinds/generated/core-v1.ts';
import type { ResourceSlice } from '#kinds/generated/resource-v1.ts';
import { subjectOf } from './certification-request.ts';
import { checkAudience, type TokenAudiences } from './node-token-audience.ts';
import { refused } from './refusal.ts';

const pods: CollectionName = '/pods';
const nodes: CollectionName = '/nodes';
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

/** `authorize` says which audiences a node may ask tokens for beside those of its pods; absent: none. */
export function nodeRestriction(objects: LiveObjects, authorize?: Authorizer): AdmissionPlugin {
  const audiences: TokenAudiences = { objects, authorize };
  return {
    name: 'NodeRestriction',
    // After all that may change the object: it is the result that counts.
    validate: (context) => (isNode(context.user) ? restrict(context) : undefined),
  };

  async function restrict(context: AdmissionContext): Promise<void> {
    const node = nodeNameOf(context.user);
    if (node === '')
      throw refused(context, `could not determine node from user ${JSON.stringify(context.user.username)}`);
    switch (`${context.resource.group}/${context.resource.resource}`) {
      case '/pods':
        return checkPod(objects, context, node);
      case '/nodes':
        return checkNode(context, node);
      case '/persistentvolumeclaims':
        return checkClaim(context, node);
      case '/serviceaccounts':
        return checkToken(audiences, context, node);
      case 'certificates.k8s.io/certificatesigningrequests':
        return checkCertificateRequest(context, node);
      case 'coordination.k8s.io/leases':
        return checkLease(context, node);
      case 'storage.k8s.io/csinodes':
        if (nameOf(context) !== node)
          throw refused(context, 'can only access CSINode with the same name as the requesting node');
        return;
      case 'resource.k8s.io/resourceslices':
        return checkResourceSlice(context, node);
    }
  }
}

/** Of a create, what the object is named: the request has no name then. */
function nameOf({ operation, name, object }: AdmissionContext): string {
  return operation === 'CREATE' ? (object?.metadata?.name ?? '') : name;
}

/** Rejects with NotFound. */
async function currentPod(objects: LiveObjects, namespace: string, name: string): Promise<Pod> {
  await objects.load(pods);
  const found = objects.get(pods, namespace, name) ?? (await objects.getFresh(pods, namespace, name));
  if (!found) throw newNotFound({ group: '', resource: 'pods' }, name);
  return found as Pod;
}

function checkPod(objects: LiveObjects, context: AdmissionContext, node: string): void | Promise<void> {
  const { operation, subresource, oldObject } = context;
  switch (`${operation} ${subresource}`) {
    case 'CREATE ':
      return checkMirrorPod(objects, context, node);
    case 'DELETE ':
      if ((oldObject as Pod | undefined)?.spec?.nodeName === node) return;
      throw refused(context, `node "${node}" can only delete pods with spec.nodeName set to itself`);
    case 'UPDATE status':
      return checkPodStatus(context, node);
    case 'CREATE eviction':
      return checkEviction(objects, context, node);
  }
  const unexpected = `unexpected operation "${operation}"`;
  if (subresource === '')
    throw refused(context, `${unexpected}, node "${node}" can only create and delete mirror pods`);
  if (subresource === 'status') throw refused(context, unexpected);
  if (subresource === 'eviction') throw refused(context, `unexpected operation ${operation}`);
  throw refused(context, `unexpected pod subresource "${subresource}", only 'status' and 'eviction' are allowed`);
}

function checkPodStatus(context: AdmissionContext, node: string): void {
  const old = context.oldObject as Pod | undefined;
  const pod = context.object as unknown as Pod;
  if (old?.spec?.nodeName !== node)
    throw refused(context, `node "${node}" can only update pod status for pods with spec.nodeName set to itself`);
  if (!jsonEqual(old.metadata?.labels ?? {}, pod.metadata?.labels ?? {}))
    throw refused(context, `node "${node}" cannot update labels through pod status`);
  if (!jsonEqual(old.status?.resourceClaimStatuses ?? [], pod.status?.resourceClaimStatuses ?? []))
    throw refused(context, `node "${node}" cannot update resource claim statues`);
  if (!jsonEqual(old.status?.extendedResourceClaimStatus, pod.status?.extendedResourceClaimStatus))
    throw refused(context, `node "${node}" cannot update extended resource claim status`);
}

async function checkEviction(objects: LiveObjects, context: AdmissionContext, node: string): Promise<void> {
  const pod = await currentPod(objects, context.namespace, context.name);
  if (pod.spec?.nodeName !== node)
    throw refused(context, `node ${node} can only evict pods with spec.nodeName set to itself`);
}

/** A kubelet creates pods only to show what it runs anyway. */
async function checkMirrorPod(objects: LiveObjects, context: AdmissionContext, node: string): Promise<void> {
  const pod = context.object as unknown as Pod;
  if (pod.metadata?.annotations?.[mirrorAnnotation] === undefined) {
    throw refused(
      context,
      `pod does not have "${mirrorAnnotation}" annotation, node "${node}" can only create mirror pods`,
    );
  }
  if (pod.spec?.nodeName !== node)
    throw refused(context, `node "${node}" can only create pods with spec.nodeName set to itself`);
  const [owner, ...more] = pod.metadata.ownerReferences ?? [];
  if (more.length > 0)
    throw refused(context, `node "${node}" can only create pods with a single owner reference set to itself`);
  if (!owner || owner.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node)
    throw refused(context, `node "${node}" can only create pods with an owner reference set to itself`);
  if (owner.controller !== true)
    throw refused(context, `node "${node}" can only create pods with a controller owner reference set to itself`);
  if (owner.blockOwnerDeletion === true)
    throw refused(context, `node "${node}" must not set blockOwnerDeletion on an owner reference`);
  await objects.load(nodes);
  const registered = objects.get(nodes, '', node) ?? (await objects.getFresh(nodes, '', node));
  if (!registered) throw newNotFound({ group: '', resource: 'nodes' }, node);
  const uid = registered.metadata?.uid;
  if (owner.uid !== uid) throw refused(context, `node ${node} UID mismatch: expected ${owner.uid} got ${uid}`);
  const referred = referredTo(pod);
  if (referred !== undefined) throw refused(context, `node "${node}" can not create pods that reference ${referred}`);
}

function checkNode(context: AdmissionContext, node: string): void {
  const { operation, name, object, oldObject } = context;
  const requested = name || object?.metadata?.name;
  if (requested !== node) throw refused(context, `node "${node}" is not allowed to modify node "${requested}"`);
  if (operation === 'CREATE') {
    const created = object as unknown as Node;
    if (created.spec?.configSource)
      throw refused(context, `node "${node}" is not allowed to create pods with a non-nil configSource`);
    const labels = forbiddenLabels(created.metadata?.labels ?? {}, {});
    if (labels.length > 0)
      throw refused(context, `node "${node}" is not allowed to set the following labels: ${labels.join(', ')}`);
    // Beyond upstream: an owner that goes takes the node along.
    if ((created.metadata?.ownerReferences?.length ?? 0) > 0)
      throw refused(context, `node "${node}" is not allowed to modify ownerReferences`);
  } else if (operation === 'UPDATE') {
    const next = object as unknown as Node;
    const old = oldObject as Node;
    if (next.spec?.configSource && !jsonEqual(next.spec.configSource, old.spec?.configSource))
      throw refused(context, `node "${node}" is not allowed to update configSource to a new non-nil configSource`);
    if (!jsonEqual(next.spec?.taints ?? [], old.spec?.taints ?? []))
      throw refused(context, `node "${node}" is not allowed to modify taints`);
    if (!jsonEqual(next.metadata?.ownerReferences ?? [], old.metadata?.ownerReferences ?? [])) {
      throw refused(context, `node "${node}" is not allowed to modify ownerReferences`);
    }
    const labels = forbiddenLabels(next.metadata?.labels ?? {}, old.metadata?.labels ?? {});
    if (labels.length > 0) throw refused(context, `is not allowed to modify labels: ${labels.join(', ')}`);
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

function checkClaim(context: AdmissionContext, node: string): void {
  if (context.subresource !== 'status') throw refused(context, 'may only update PVC status');
  if (context.operation !== 'UPDATE') throw refused(context, `unexpected operation "${context.operation}"`);
  const [old, next] = [context.oldObject, context.object] as unknown as readonly PersistentVolumeClaim[];
  // No labels, finalizers, owners or phase: whoever can change those has the claim.
  if (!jsonEqual(withoutSizes(old), withoutSizes(next))) {
    const reason = `node "${node}" is not allowed to update fields other than status.quantity and status.conditions`;
    throw refused(context, reason);
  }
}

function withoutSizes(claim: PersistentVolumeClaim | undefined): object {
  const { resourceVersion, managedFields, ...metadata } = claim?.metadata ?? {};
  const { capacity, conditions, allocatedResources, allocatedResourceStatuses, ...status } = claim?.status ?? {};
  return { metadata, spec: claim?.spec ?? {}, status };
}

async function checkToken(audiences: TokenAudiences, context: AdmissionContext, node: string): Promise<void> {
  if (context.subresource !== 'token' || context.operation !== 'CREATE') return;
  const { spec } = context.object as unknown as TokenRequest;
  const reference = spec?.boundObjectRef;
  if (reference?.apiVersion !== 'v1' || reference.kind !== 'Pod' || !reference.name) {
    throw refused(context, 'node requested token not bound to a pod');
  }
  if (!reference.uid) throw refused(context, 'node requested token with a pod binding without a uid');
  const pod = await currentPod(audiences.objects, context.namespace, reference.name);
  if (pod.metadata?.uid !== reference.uid) {
    const fault = `the UID in the bound object reference (${reference.uid}) does not match the UID in record`;
    throw refused(context, `${fault}. The object might have been deleted and then recreated`);
  }
  if (pod.spec?.nodeName !== node)
    throw refused(context, 'node requested token bound to a pod scheduled on a different node');
  const fault = await checkAudience(audiences, context, pod, spec?.audiences ?? []);
  if (fault !== undefined) throw refused(context, fault);
}

const kubeletSigners: ReadonlySet<string> = new Set([
  'kubernetes.io/kubelet-serving',
  'kubernetes.io/kube-apiserver-client-kubelet',
]);

/** A node asks for certificates of its own name. What else is in the request, the signer checks. */
function checkCertificateRequest(context: AdmissionContext, node: string): void {
  if (context.operation !== 'CREATE' || context.subresource !== '') return;
  const { spec } = context.object as unknown as CertificateSigningRequest;
  if (!kubeletSigners.has(spec.signerName)) return;
  const subject = subjectOf(spec.request);
  if (!subject) throw refused(context, 'unable to parse csr: asn1: structure error');
  if (subject.commonName !== `system:node:${node}`)
    throw refused(context, `can only create a node CSR with CN=system:node:${node}`);
}

function checkLease(context: AdmissionContext, node: string): void {
  if (context.namespace !== 'kube-node-lease')
    throw refused(context, 'can only access leases in the "kube-node-lease" system namespace');
  if (nameOf(context) !== node)
    throw refused(context, 'can only access node lease with the same name as the requesting node');
}

/** Of reads and updates, which say which slice they mean, the node authorizer knows whose it is. */
function checkResourceSlice(context: AdmissionContext, node: string): void {
  const { operation, object, oldObject } = context;
  if (operation !== 'CREATE' && operation !== 'DELETE') return;
  const slice = (operation === 'CREATE' ? object : oldObject) as unknown as ResourceSlice;
  if (slice.spec.nodeName === node) return;
  const action = operation === 'CREATE' ? 'create' : 'delete';
  throw refused(context, `can only ${action} ResourceSlice with the same NodeName as the requesting node`);
}
