/** What a node that was taken over tries: each attempt beside what it may do (upstream: plugin/pkg/admission/noderestriction). */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { AdmissionContext, AdmissionOperation } from '#apiserver/admission-plugin.ts';
import { type Draft, mutableCopy } from '#base/edit.ts';
import { liveObjects } from '#testing/live-objects.ts';
import { nodeRestriction } from './node-restriction.ts';

const mirror = { 'kubernetes.io/config.mirror': 'x' };
const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'u1', controller: true };
const tokenVolume = {
  name: 't',
  projected: {
    sources: [{ serviceAccountToken: { path: 'a' } }, { serviceAccountToken: { path: 'b', audience: 'vault' } }],
  },
};
const objects = liveObjects({
  '/nodes': [{ metadata: { name: 'n1', uid: 'u1' } }],
  '/pods': [
    { metadata: { name: 'mine', namespace: 'a', uid: 'p1' }, spec: { nodeName: 'n1', volumes: [tokenVolume] } },
    {
      metadata: { name: 'with-csi', namespace: 'a', uid: 'p3' },
      spec: { nodeName: 'n1', volumes: [{ name: 'c', persistentVolumeClaim: { claimName: 'claim' } }] },
    },
    { metadata: { name: 'other', namespace: 'a', uid: 'p2' }, spec: { nodeName: 'n2' } },
  ],
  '/persistentvolumeclaims': [{ metadata: { name: 'claim', namespace: 'a' }, spec: { volumeName: 'v' } }],
  '/persistentvolumes': [{ metadata: { name: 'v' }, spec: { csi: { driver: 'd', volumeHandle: 'h' } } }],
  'storage.k8s.io/csidrivers': [{ metadata: { name: 'd' }, spec: { tokenRequests: [{ audience: 'disks' }] } }],
});
interface Attempt {
  readonly verb: AdmissionOperation;
  /** 'group/resource[/subresource]' */
  readonly what: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly object?: object;
  readonly old?: object;
  readonly username?: string;
}

async function attempt({ verb, what, namespace = 'a', name = '', object, old, username }: Attempt): Promise<string> {
  const [group = '', resource = '', subresource = ''] = what.split('/');
  const silent = () => {};
  const context: AdmissionContext = {
    operation: verb,
    kind: { group, version: 'v1', kind: '' },
    resource: { group, version: 'v1', resource },
    verb: verb.toLowerCase(),
    subresource,
    namespace,
    name,
    object: object && (mutableCopy(object) as Draft<KubeObject>),
    oldObject: old as KubeObject | undefined,
    options: {},
    user: { username: username ?? 'system:node:n1', groups: ['system:nodes'] },
    dryRun: false,
    warn: silent,
    annotate: silent,
    waited: silent,
    signal: new AbortController().signal,
  };
  try {
    await nodeRestriction(objects).validate?.(context);
    return 'allowed';
  } catch (error) {
    assert.ok(error instanceof StatusError);
    return `${error.code} ${error.message.replace(/^.* is forbidden: /, '')}`;
  }
}

const pod = (spec: object = {}, metadata: object = {}) => ({
  metadata: { name: 'm', namespace: 'a', annotations: mirror, ownerReferences: [owner], ...metadata },
  spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'x' }], ...spec },
});
const create = (object: object): Attempt => ({ verb: 'CREATE', what: '/pods', object });
const refers = (what: string) => `403 node "n1" can not create pods that reference ${what}`;
const slice = (verb: 'CREATE' | 'DELETE', nodeName: string | undefined): Attempt => ({
  verb,
  what: 'resource.k8s.io/resourceslices',
  namespace: '',
  name: 's',
  [verb === 'CREATE' ? 'object' : 'old']: { metadata: { name: 's' }, spec: { driver: 'd', nodeName } },
});
const container = (more: object) => ({ containers: [{ name: 'c', image: 'x', ...more }] });
const volume = (source: object) => ({ volumes: [{ name: 'v', ...source }] });
const projected = (source: object) => volume({ projected: { sources: [source] } });

const mirrorPods: readonly (readonly [name: string, attempt: Attempt, answer: string])[] = [
  ['a mirror pod', create(pod()), 'allowed'],
  ['a mirror pod with host paths', create(pod(volume({ hostPath: { path: '/' } }))), 'allowed'],
  [
    'a pod that is no mirror',
    create(pod({}, { annotations: {} })),
    '403 pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
  ],
  [
    'a mirror pod of another node',
    create(pod({ nodeName: 'n2' })),
    '403 node "n1" can only create pods with spec.nodeName set to itself',
  ],
  [
    'a mirror pod that nobody owns',
    create(pod({}, { ownerReferences: [] })),
    '403 node "n1" can only create pods with an owner reference set to itself',
  ],
  [
    'a mirror pod of two owners',
    create(pod({}, { ownerReferences: [owner, owner] })),
    '403 node "n1" can only create pods with a single owner reference set to itself',
  ],
  [
    'a mirror pod that another node owns',
    create(pod({}, { ownerReferences: [{ ...owner, name: 'n2' }] })),
    '403 node "n1" can only create pods with an owner reference set to itself',
  ],
  [
    'a mirror pod that the node does not control',
    create(pod({}, { ownerReferences: [{ ...owner, controller: false }] })),
    '403 node "n1" can only create pods with a controller owner reference set to itself',
  ],
  [
    'a mirror pod that keeps its node',
    create(pod({}, { ownerReferences: [{ ...owner, blockOwnerDeletion: true }] })),
    '403 node "n1" must not set blockOwnerDeletion on an owner reference',
  ],
  [
    'a mirror pod of a former node of that name',
    create(pod({}, { ownerReferences: [{ ...owner, uid: 'u0' }] })),
    '403 node n1 UID mismatch: expected u0 got u1',
  ],
  ['a mirror pod with an account', create(pod({ serviceAccountName: 'x' })), refers('serviceaccounts')],
  [
    'a mirror pod with a secret in its environment',
    create(pod(container({ env: [{ name: 'a', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }))),
    refers('secrets'),
  ],
  [
    'a mirror pod with a whole secret',
    create(pod(container({ envFrom: [{ secretRef: { name: 's' } }] }))),
    refers('secrets'),
  ],
  ['a mirror pod with a pull secret', create(pod({ imagePullSecrets: [{ name: 's' }] })), refers('secrets')],
  [
    'a mirror pod with a secret in an init container',
    create(pod({ initContainers: [{ name: 'i', image: 'x', envFrom: [{ secretRef: { name: 's' } }] }] })),
    refers('secrets'),
  ],
  ['a mirror pod with a secret volume', create(pod(volume({ secret: { secretName: 's' } }))), refers('secrets')],
  [
    'a mirror pod with the secret of a disk',
    create(pod(volume({ rbd: { monitors: ['m'], image: 'i', secretRef: { name: 's' } } }))),
    refers('secrets'),
  ],
  [
    'a mirror pod with a config map',
    create(pod(container({ envFrom: [{ configMapRef: { name: 's' } }] }))),
    refers('configmaps'),
  ],
  ['a mirror pod with a projected secret', create(pod(projected({ secret: { name: 's' } }))), refers('secrets')],
  [
    'a mirror pod with a token',
    create(pod(projected({ serviceAccountToken: { path: 't' } }))),
    refers('serviceaccounts (via projected volumes)'),
  ],
  [
    'a mirror pod with a claim',
    create(pod(volume({ persistentVolumeClaim: { claimName: 'c' } }))),
    refers('persistentvolumeclaims'),
  ],
  [
    'a mirror pod with a CSI volume',
    create(pod(volume({ csi: { driver: 'd' } }))),
    refers('csidrivers (via CSI volumes)'),
  ],
  ['a mirror pod with a resource claim', create(pod({ resourceClaims: [{ name: 'r' }] })), refers('resourceclaims')],
];

const status = (more: object = {}, metadata: object = {}) => ({
  metadata: { name: 'mine', namespace: 'a', labels: { a: 'b' }, ...metadata },
  spec: { nodeName: 'n1' },
  status: { phase: 'Running', ...more },
});
const statusOf = (object: object, old: object = status()): Attempt => ({
  verb: 'UPDATE',
  what: '/pods/status',
  name: 'mine',
  object,
  old,
});

const ownPods: readonly (readonly [name: string, attempt: Attempt, answer: string])[] = [
  ['the status of its pod', statusOf(status({ phase: 'Failed' })), 'allowed'],
  [
    'the status of another pod',
    statusOf(status(), { ...status(), spec: { nodeName: 'n2' } }),
    '403 node "n1" can only update pod status for pods with spec.nodeName set to itself',
  ],
  [
    'labels through the status',
    statusOf(status({}, { labels: { a: 'c' } })),
    '403 node "n1" cannot update labels through pod status',
  ],
  [
    'a resource claim through the status',
    statusOf(status({ resourceClaimStatuses: [{ name: 'r', resourceClaimName: 'another' }] })),
    '403 node "n1" cannot update resource claim statues',
  ],
  [
    'deletion of its pod',
    { verb: 'DELETE', what: '/pods', name: 'mine', old: { spec: { nodeName: 'n1' } } },
    'allowed',
  ],
  [
    'deletion of a pod that was made anew on another node',
    { verb: 'DELETE', what: '/pods', name: 'mine', old: { spec: { nodeName: 'n2' } } },
    '403 node "n1" can only delete pods with spec.nodeName set to itself',
  ],
  [
    'eviction of a pod that is not there yet',
    { verb: 'CREATE', what: '/pods/eviction', name: 'coming', object: {} },
    '404 pods "coming" not found',
  ],
  [
    'an update of its pod',
    { verb: 'UPDATE', what: '/pods', name: 'mine', object: pod(), old: pod() },
    '403 unexpected operation "UPDATE", node "n1" can only create and delete mirror pods',
  ],
  [
    'a resize of its pod',
    { verb: 'UPDATE', what: '/pods/resize', name: 'mine', object: pod(), old: pod() },
    `403 unexpected pod subresource "resize", only 'status' and 'eviction' are allowed`,
  ],
  ['its devices', slice('CREATE', 'n1'), 'allowed'],
  [
    'devices of another node',
    slice('CREATE', 'n2'),
    '403 can only create ResourceSlice with the same NodeName as the requesting node',
  ],
  [
    'devices of no node',
    slice('CREATE', undefined),
    '403 can only create ResourceSlice with the same NodeName as the requesting node',
  ],
  ['deletion of its devices', slice('DELETE', 'n1'), 'allowed'],
  [
    'deletion of devices of another node',
    slice('DELETE', 'n2'),
    '403 can only delete ResourceSlice with the same NodeName as the requesting node',
  ],
  [
    'deletion of another pod',
    { verb: 'DELETE', what: '/pods', name: 'other' },
    '403 node "n1" can only delete pods with spec.nodeName set to itself',
  ],
  ['eviction of its pod', { verb: 'CREATE', what: '/pods/eviction', name: 'mine', object: {} }, 'allowed'],
  [
    'eviction of another pod',
    { verb: 'CREATE', what: '/pods/eviction', name: 'other', object: {} },
    '403 node n1 can only evict pods with spec.nodeName set to itself',
  ],
];

const nodeObject = (metadata: object = {}, spec: object = {}) => ({ metadata: { name: 'n1', ...metadata }, spec });
const onNode = (object: object, verb: AdmissionOperation = 'UPDATE', name = 'n1'): Attempt => ({
  verb,
  what: '/nodes',
  namespace: '',
  name,
  object,
  ...(verb === 'UPDATE' ? { old: nodeObject() } : {}),
});

const ownNode: readonly (readonly [name: string, attempt: Attempt, answer: string])[] = [
  ['its node', onNode(nodeObject({ labels: { 'kubernetes.io/hostname': 'n1', mine: 'x' } })), 'allowed'],
  ['a label of kubelets', onNode(nodeObject({ labels: { 'x.kubelet.kubernetes.io/a': 'b' } })), 'allowed'],
  [
    'another node',
    onNode(nodeObject({ name: 'n2' }), 'UPDATE', 'n2'),
    '403 node "n1" is not allowed to modify node "n2"',
  ],
  [
    'another node, made',
    onNode(nodeObject({ name: 'n2' }), 'CREATE', ''),
    '403 node "n1" is not allowed to modify node "n2"',
  ],
  [
    'a restricted label',
    onNode(nodeObject({ labels: { 'node-restriction.kubernetes.io/a': 'b' } })),
    '403 is not allowed to modify labels: node-restriction.kubernetes.io/a',
  ],
  [
    'a restricted label, below',
    onNode(nodeObject({ labels: { 'x.node-restriction.kubernetes.io/a': 'b' } }), 'CREATE'),
    '403 node "n1" is not allowed to set the following labels: x.node-restriction.kubernetes.io/a',
  ],
  [
    'the role of the control plane',
    onNode(nodeObject({ labels: { 'node-role.kubernetes.io/control-plane': '' } })),
    '403 is not allowed to modify labels: node-role.kubernetes.io/control-plane',
  ],
  [
    'its taints',
    onNode(nodeObject({}, { taints: [{ key: 'a', effect: 'NoSchedule' }] })),
    '403 node "n1" is not allowed to modify taints',
  ],
  [
    'its owners (CVE-2025-5187)',
    onNode(nodeObject({ ownerReferences: [owner] })),
    '403 node "n1" is not allowed to modify ownerReferences',
  ],
  [
    'its owners from the start',
    onNode(nodeObject({ ownerReferences: [owner] }), 'CREATE'),
    '403 node "n1" is not allowed to modify ownerReferences',
  ],
  [
    'another lease',
    {
      verb: 'CREATE',
      what: 'coordination.k8s.io/leases',
      namespace: 'kube-node-lease',
      object: { metadata: { name: 'n2' } },
    },
    '403 can only access node lease with the same name as the requesting node',
  ],
  [
    'a lease of a component',
    { verb: 'UPDATE', what: 'coordination.k8s.io/leases', namespace: 'kube-system', name: 'n1' },
    '403 can only access leases in the "kube-node-lease" system namespace',
  ],
  [
    'another CSINode',
    { verb: 'CREATE', what: 'storage.k8s.io/csinodes', namespace: '', object: { metadata: { name: 'n2' } } },
    '403 can only access CSINode with the same name as the requesting node',
  ],
  [
    'anything as a node without a name',
    { ...onNode(nodeObject()), username: 'system:node:' },
    '403 could not determine node from user "system:node:"',
  ],
];

const claim = (metadata: object = {}, more: object = {}) => ({
  metadata: { name: 'claim', namespace: 'a', labels: { a: 'b' }, ...metadata },
  spec: { volumeName: 'v' },
  status: { phase: 'Bound', ...more },
});
const onClaim = (object: object, what = '/persistentvolumeclaims/status'): Attempt => ({
  verb: 'UPDATE',
  what,
  name: 'claim',
  object,
  old: claim(),
});
const onlySizes = '403 node "n1" is not allowed to update fields other than status.quantity and status.conditions';

const claims: readonly (readonly [name: string, attempt: Attempt, answer: string])[] = [
  ['the size of a claim', onClaim(claim({ resourceVersion: '5' }, { capacity: { storage: '1Gi' } })), 'allowed'],
  ['a claim', onClaim(claim(), '/persistentvolumeclaims'), '403 may only update PVC status'],
  ['labels of a claim', onClaim(claim({ labels: {} })), onlySizes],
  ['owners of a claim', onClaim(claim({ ownerReferences: [owner] })), onlySizes],
  ['finalizers of a claim', onClaim(claim({ finalizers: ['a/b'] })), onlySizes],
  ['the phase of a claim', onClaim(claim({}, { phase: 'Lost' })), onlySizes],
];

const token = (spec: object): Attempt => ({
  verb: 'CREATE',
  what: '/serviceaccounts/token',
  name: 'sa',
  object: { spec },
});
const bound = (name: string, uid: string) => ({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, uid } });
const notNamed = (audience: string) =>
  `403 audience "${audience}" not found in pod spec volume, system:node:n1 is not authorized to request tokens for this audience`;

const tokens: readonly (readonly [name: string, attempt: Attempt, answer: string])[] = [
  ['the token of its pod', token({ ...bound('mine', 'p1'), audiences: [] }), 'allowed'],
  ['a token for an audience of its pod', token({ ...bound('mine', 'p1'), audiences: ['vault'] }), 'allowed'],
  ['a token for the driver of a volume', token({ ...bound('with-csi', 'p3'), audiences: ['disks'] }), 'allowed'],
  ['a token for another audience', token({ ...bound('mine', 'p1'), audiences: ['bank'] }), notNamed('bank')],
  ['a token of a pod that has none', token({ ...bound('with-csi', 'p3'), audiences: [] }), notNamed('')],
  [
    'a token for many',
    token({ ...bound('mine', 'p1'), audiences: ['vault', 'bank'] }),
    '403 node may only request 0 or 1 audiences',
  ],
  ['a token of an account', token({}), '403 node requested token not bound to a pod'],
  [
    'a token bound to a secret',
    token({ boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 's', uid: 'x' } }),
    '403 node requested token not bound to a pod',
  ],
  [
    'a token of any pod of a name',
    token(bound('mine', '')),
    '403 node requested token with a pod binding without a uid',
  ],
  [
    'a token of a former pod',
    token(bound('mine', 'p0')),
    '403 the UID in the bound object reference (p0) does not match the UID in record. The object might have been deleted and then recreated',
  ],
  [
    'a token of a pod elsewhere',
    token(bound('other', 'p2')),
    '403 node requested token bound to a pod scheduled on a different node',
  ],
  ['a token of no pod', token(bound('none', 'p9')), '404 pods "none" not found'],
];

/** A request whose subject is O=system:nodes, CN=system:node:n2: no key, no signature, which nobody looks at here. */
const request = (): string => {
  const tlv = (tag: number, ...content: readonly (readonly number[])[]): number[] => {
    const all = content.flat();
    return [tag, all.length, ...all];
  };
  const text = (value: string) => tlv(0x0c, [...new TextEncoder().encode(value)]);
  const name = (type: number, value: string) => tlv(0x31, tlv(0x30, tlv(0x06, [0x55, 0x04, type]), text(value)));
  const subject = tlv(0x30, name(10, 'system:nodes'), name(3, 'system:node:n2'));
  const der = tlv(0x30, tlv(0x30, tlv(0x02, [0]), subject));
  const body = btoa(String.fromCharCode(...der));
  return btoa(`-----BEGIN CERTIFICATE REQUEST-----\n${body}\n-----END CERTIFICATE REQUEST-----\n`);
};
const csr = (signerName: string, username = 'system:node:n1'): Attempt => ({
  verb: 'CREATE',
  what: 'certificates.k8s.io/certificatesigningrequests',
  namespace: '',
  object: { metadata: { name: 'c' }, spec: { signerName, request: request() } },
  username,
});

const requests: readonly (readonly [name: string, attempt: Attempt, answer: string])[] = [
  [
    "another node's certificate",
    csr('kubernetes.io/kube-apiserver-client-kubelet'),
    '403 can only create a node CSR with CN=system:node:n1',
  ],
  [
    "another node's serving certificate",
    csr('kubernetes.io/kubelet-serving'),
    '403 can only create a node CSR with CN=system:node:n1',
  ],
  ['its own certificate', csr('kubernetes.io/kube-apiserver-client-kubelet', 'system:node:n2'), 'allowed'],
  ['a certificate of another signer', csr('example.com/signer'), 'allowed'],
];

for (const [name, tried, answer] of [...mirrorPods, ...ownPods, ...ownNode, ...claims, ...tokens, ...requests]) {
  test(`a node writes ${name}: ${answer.slice(0, 3)}`, async () => assert.equal(await attempt(tried), answer));
}
