import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isForbidden, isNamespaceTerminating, isNotFound, newConflict } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { AdmissionContext, AdmissionOperation, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import { type Draft, mutableCopy } from '#base/edit.ts';
import type { Env } from '#base/env.ts';
import type { Pod, ResourceQuota } from '#kinds/generated/core-v1.ts';
import { liveObjects } from '#testing/live-objects.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeRestriction } from './node-restriction.ts';
import { defaultTolerationSeconds } from './pod-tolerations.ts';
import { priority } from './priority.ts';
import { chargedQuotas, resourceQuota } from './resource-quota.ts';
import { serviceAccountAdmission } from './service-account.ts';

const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent, child: () => log };
const env: Env = {
  clock: { now: () => 0, monotonic: () => 0, after: () => ({ cancel: silent }) },
  random: { next: () => 0.5, bytes: (count) => new Uint8Array(count) },
  log,
};

interface Request {
  readonly object?: object;
  readonly oldObject?: object;
  readonly resource?: string;
  readonly subresource?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly user?: string;
  readonly groups?: readonly string[];
}

function context(operation: AdmissionOperation, request: Request): AdmissionContext {
  return {
    operation,
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource: { group: '', version: 'v1', resource: request.resource ?? 'pods' },
    verb: operation.toLowerCase(),
    subresource: request.subresource ?? '',
    namespace: request.namespace ?? 'default',
    name: request.name ?? 'web',
    object: request.object && (mutableCopy(request.object) as Draft<KubeObject>),
    oldObject: request.oldObject as KubeObject | undefined,
    options: {},
    user: { username: request.user ?? 'u', groups: request.groups ?? [] },
    dryRun: false,
    warn: silent,
    annotate: silent,
    waited: silent,
    signal: new AbortController().signal,
  };
}

async function admitted(plugin: AdmissionPlugin, operation: AdmissionOperation, request: Request): Promise<Pod> {
  const made = context(operation, request);
  await plugin.admit?.(made);
  await plugin.validate?.(made);
  return made.object as unknown as Pod;
}

const namespaces = (phase: string): KubeObject => ({ metadata: { name: 'default' }, status: { phase } }) as KubeObject;
const pod = (spec: object = {}) => ({
  metadata: { name: 'web', namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'x' }], ...spec },
});

test('nothing is created in a namespace that is missing or going away', async () => {
  const create = (phase?: string) =>
    admitted(namespaceLifecycle(liveObjects({ '/namespaces': phase ? [namespaces(phase)] : [] })), 'CREATE', {
      object: pod(),
    });
  await create('Active');
  await assert.rejects(create(), isNotFound);
  await assert.rejects(create('Terminating'), isNamespaceTerminating);
});

test('resources of others that are called namespaces are in namespaces as all else', async () => {
  const made = context('CREATE', { object: { metadata: { name: 'x' } }, resource: 'namespaces' });
  const ofOthers = { ...made, resource: { ...made.resource, group: 'example.com' } };
  const { admit } = namespaceLifecycle(liveObjects({}));
  await assert.rejects(async () => admit?.(ofOthers), isNotFound);
  await admit?.(made);
});

test('the namespaces of the system stay', async () => {
  const plugin = namespaceLifecycle(liveObjects({}));
  await assert.rejects(
    admitted(plugin, 'DELETE', { resource: 'namespaces', name: 'kube-system', namespace: '' }),
    isForbidden,
  );
  await admitted(plugin, 'DELETE', { resource: 'namespaces', name: 'mine', namespace: '' });
});

test('a pod gets its account, and where clients look for it the token, CA and namespace', async () => {
  const objects = liveObjects({ '/serviceaccounts': [{ metadata: { name: 'default', namespace: 'default' } }] });
  const { spec } = await admitted(serviceAccountAdmission(objects, env), 'CREATE', { object: pod() });
  assert.equal(spec?.serviceAccountName, 'default');
  assert.equal(spec?.containers[0]?.volumeMounts?.[0]?.mountPath, '/var/run/secrets/kubernetes.io/serviceaccount');
  assert.deepEqual(
    spec?.volumes?.[0]?.projected?.sources?.map((source) => Object.keys(source)[0]),
    ['serviceAccountToken', 'configMap', 'downwardAPI'],
  );
  const without = await admitted(serviceAccountAdmission(objects, env), 'CREATE', {
    object: pod({ automountServiceAccountToken: false }),
  });
  assert.equal(without.spec?.volumes, undefined);
  await assert.rejects(
    admitted(serviceAccountAdmission(objects, env), 'CREATE', { object: pod({ serviceAccountName: 'nope' }) }),
    {
      message:
        'pods "web" is forbidden: error looking up service account default/nope: serviceaccount "nope" not found',
    },
  );
});

test('a pod without a name yet is called by what its name is made of', async () => {
  const plugin = serviceAccountAdmission(liveObjects({}), env);
  const made = { ...context('CREATE', { object: pod() }), name: '' };
  Object.assign(made.object ?? {}, { metadata: { generateName: 'web-' } });
  await assert.rejects(async () => plugin.admit?.(made), {
    message:
      'pods "web-" is forbidden: error looking up service account default/default: serviceaccount "default" not found',
  });
});

test('mirror pods refer to no secret by any way', async () => {
  const plugin = serviceAccountAdmission(liveObjects({}), env);
  const mirror = (spec: object) => ({
    ...pod(spec),
    metadata: { name: 'web', annotations: { 'kubernetes.io/config.mirror': 'x' } },
  });
  await admitted(plugin, 'CREATE', { object: mirror({}) });
  const secrets = { message: 'pods "web" is forbidden: a mirror pod may not reference secrets' };
  for (const spec of [
    { imagePullSecrets: [{ name: 's' }] },
    { containers: [{ name: 'c', envFrom: [{ secretRef: { name: 's' } }] }] },
    { volumes: [{ name: 'v', secret: { secretName: 's' } }] },
  ])
    await assert.rejects(admitted(plugin, 'CREATE', { object: mirror(spec) }), secrets);
  const token = { volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] };
  await assert.rejects(admitted(plugin, 'CREATE', { object: mirror(token) }), {
    message: 'pods "web" is forbidden: a mirror pod may not use ServiceAccountToken volume projections',
  });
});

test('an account can keep its pods to the secrets that it lists', async () => {
  const account = (enforces: string) => ({
    metadata: {
      name: 'default',
      namespace: 'default',
      annotations: { 'kubernetes.io/enforce-mountable-secrets': enforces },
    },
    secrets: [{ name: 'mine' }],
    imagePullSecrets: [{ name: 'pull' }],
  });
  const plugin = serviceAccountAdmission(liveObjects({ '/serviceaccounts': [account('true')] }), env);
  const env1 = (name: string) => [{ name: 'E', valueFrom: { secretKeyRef: { name, key: 'k' } } }];
  const refusals: readonly (readonly [spec: object, reason: string])[] = [
    [
      { volumes: [{ name: 'v', secret: { secretName: 'other' } }] },
      'volume with secret.secretName="other" is not allowed because service account default does not reference that secret',
    ],
    [
      { initContainers: [{ name: 'i', env: env1('other') }] },
      'init container i with envVar E referencing secret.secretName="other" is not allowed because service account default does not reference that secret',
    ],
    [
      { containers: [{ name: 'c', env: env1('mine'), envFrom: [{ secretRef: { name: 'other' } }] }] },
      'container c with envFrom referencing secret.secretName="other" is not allowed because service account default does not reference that secret',
    ],
    [
      { imagePullSecrets: [{ name: 'pull' }, { name: 'mine' }] },
      'imagePullSecrets[1].name="mine" is not allowed because service account default does not reference that imagePullSecret',
    ],
  ];
  for (const [spec, reason] of refusals)
    await assert.rejects(admitted(plugin, 'CREATE', { object: pod(spec) }), {
      message: `pods "web" is forbidden: ${reason}`,
    });
  await admitted(plugin, 'CREATE', { object: pod({ volumes: [{ name: 'v', secret: { secretName: 'mine' } }] }) });
  const debugged = pod({ serviceAccountName: 'default', ephemeralContainers: [{ name: 'd', env: env1('other') }] });
  await assert.rejects(admitted(plugin, 'UPDATE', { object: debugged, subresource: 'ephemeralcontainers' }), {
    message:
      'pods "web" is forbidden: ephemeral container d with envVar E referencing secret.secretName="other" is not allowed because service account default does not reference that secret',
  });
  const lenient = serviceAccountAdmission(liveObjects({ '/serviceaccounts': [account('yes')] }), env);
  for (const [spec] of refusals) await admitted(lenient, 'CREATE', { object: pod(spec) });
});

test('priority comes from the class, and may not be made up', async () => {
  const plugin = priority(
    liveObjects({ 'scheduling.k8s.io/priorityclasses': [{ metadata: { name: 'high' }, value: 7 } as KubeObject] }),
  );
  assert.equal((await admitted(plugin, 'CREATE', { object: pod({ priorityClassName: 'high' }) })).spec?.priority, 7);
  assert.equal((await admitted(plugin, 'CREATE', { object: pod() })).spec?.priority, 0);
  const oldObject = pod({ priority: 7, preemptionPolicy: 'Never' });
  const { spec } = await admitted(plugin, 'UPDATE', { object: pod(), oldObject });
  assert.deepEqual([spec?.priority, spec?.preemptionPolicy], [7, 'Never']);
  await assert.rejects(admitted(plugin, 'CREATE', { object: pod({ priority: 9 }) }), isForbidden);
  await assert.rejects(admitted(plugin, 'CREATE', { object: pod({ priorityClassName: 'nope' }) }), {
    message: 'pods "web" is forbidden: no PriorityClass with name nope was found',
  });
});

test('tolerations of unready nodes are added once', async () => {
  const own = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 };
  const { spec } = await admitted(defaultTolerationSeconds, 'CREATE', { object: pod({ tolerations: [own] }) });
  assert.deepEqual(
    spec?.tolerations?.map(({ key, tolerationSeconds }) => [key, tolerationSeconds]),
    [
      ['node.kubernetes.io/not-ready', 5],
      ['node.kubernetes.io/unreachable', 300],
    ],
  );
});

const range = {
  metadata: { name: 'lr', namespace: 'default' },
  spec: {
    limits: [
      {
        type: 'Container',
        default: { cpu: '500m' },
        defaultRequest: { cpu: '100m' },
        max: { cpu: '1' },
        min: { cpu: '50m' },
      },
    ],
  },
} as KubeObject;

test('limit ranges give defaults and refuse what is out of bounds', async () => {
  const plugin = limitRanger(liveObjects({ '/limitranges': [range] }));
  const defaulted = await admitted(plugin, 'CREATE', { object: pod() });
  assert.deepEqual(defaulted.spec?.containers[0]?.resources, { limits: { cpu: '500m' }, requests: { cpu: '100m' } });
  assert.equal(
    defaulted.metadata?.annotations?.['kubernetes.io/limit-ranger'],
    'LimitRanger plugin set: cpu request for container c; cpu limit for container c',
  );
  const big = pod({ containers: [{ name: 'c', resources: { limits: { cpu: '2' }, requests: { cpu: '2' } } }] });
  await assert.rejects(admitted(plugin, 'CREATE', { object: big }), {
    message: 'pods "web" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
  });
});

function quota(hard: Record<string, string>, used: Record<string, string>): ResourceQuota {
  return { metadata: { name: 'q', namespace: 'default' }, spec: { hard }, status: { hard, used } };
}

test('quotas are charged, and refuse what they have no room for', () => {
  const asking = pod({ containers: [{ name: 'c', resources: { requests: { cpu: '600m' } } }] });
  const [charged] = chargedQuotas(
    [quota({ pods: '2', 'requests.cpu': '1' }, { pods: '1', 'requests.cpu': '400m' })],
    context('CREATE', { object: asking }),
    0,
  );
  assert.deepEqual(charged?.status?.used, { pods: '2', 'requests.cpu': '1' });
  assert.throws(() => chargedQuotas([quota({ pods: '1' }, { pods: '1' })], context('CREATE', { object: pod() }), 0), {
    message: 'pods "web" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
  });
  assert.throws(() => chargedQuotas([quota({ cpu: '1' }, { cpu: '0' })], context('CREATE', { object: pod() }), 0), {
    message: 'pods "web" is forbidden: failed quota: q: must specify cpu for: c',
  });
  assert.deepEqual(
    chargedQuotas([quota({ secrets: '1' }, { secrets: '1' })], context('CREATE', { object: pod() }), 0),
    [],
  );
});

test('two creates at once cannot both have the last of a quota', async () => {
  let stored = quota({ pods: '1' }, { pods: '0' });
  const objects = { ...liveObjects({}), list: () => [stored], getFresh: async () => stored };
  const write = async (next: ResourceQuota) => {
    stored = next;
  };
  const plugin = resourceQuota(objects, write, env.clock);
  const results = await Promise.allSettled([1, 2].map(() => admitted(plugin, 'CREATE', { object: pod() })));
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.equal(stored.status?.used?.pods, '1');
});

test('a quota that was charged is not charged again when another one has changed meanwhile', async () => {
  const stored = ['a', 'b'].map((name) => ({
    ...quota({ pods: '5' }, { pods: '0' }),
    metadata: { name, uid: name, namespace: 'default' },
  }));
  const objects = {
    ...liveObjects({}),
    list: () => stored,
    getFresh: async (_: string, __: string, name: string) => stored.find(({ metadata }) => metadata.name === name),
  };
  let conflicts = 1;
  const write = async (next: ResourceQuota) => {
    if (next.metadata?.name === 'b' && conflicts-- > 0) throw newConflict({ group: '', resource: 'q' }, 'b', 'changed');
    const at = stored.findIndex(({ metadata }) => metadata.name === next.metadata?.name);
    stored[at] = { ...stored[at], ...next } as (typeof stored)[number];
  };
  await admitted(resourceQuota(objects, write, env.clock), 'CREATE', { object: pod() });
  assert.deepEqual(
    stored.map(({ status }) => status?.used),
    [{ pods: '1' }, { pods: '1' }],
  );
});

test('the ratio of limit and request is that of whole numbers', async () => {
  const limits = [{ type: 'Container', maxLimitRequestRatio: { memory: '3' } }];
  const plugin = limitRanger(liveObjects({ '/limitranges': [{ ...range, spec: { limits } } as KubeObject] }));
  const asking = (memory: bigint) =>
    pod({
      containers: [
        { name: 'c', resources: { requests: { memory: '1539004617' }, limits: { memory: String(memory) } } },
      ],
    });
  await admitted(plugin, 'CREATE', { object: asking(1_539_004_617n * 3n) });
  await assert.rejects(admitted(plugin, 'CREATE', { object: asking(1_539_004_617n * 4n) }), {
    message:
      'pods "web" is forbidden: memory max limit to request ratio per Container is 3, but provided ratio is 4.000000',
  });
});

const node = { user: 'system:node:n1', groups: ['system:nodes'] };

test('a kubelet writes its own node and pods only', async () => {
  const plugin = nodeRestriction(liveObjects({ '/pods': [pod({ nodeName: 'n2' })] }));
  const nodeObject = (name: string, labels = {}, taints: readonly object[] = []) => ({
    metadata: { name, labels },
    spec: { taints },
  });
  const update = (next: object, old: object, name = 'n1') =>
    admitted(plugin, 'UPDATE', { ...node, resource: 'nodes', namespace: '', name, object: next, oldObject: old });
  await update(nodeObject('n1', { 'kubernetes.io/hostname': 'n1' }), nodeObject('n1'));
  await assert.rejects(update(nodeObject('n2'), nodeObject('n2'), 'n2'), isForbidden);
  await assert.rejects(
    update(nodeObject('n1', { 'node-restriction.kubernetes.io/a': 'b' }), nodeObject('n1')),
    isForbidden,
  );
  await assert.rejects(update(nodeObject('n1', {}, [{ key: 'a' }]), nodeObject('n1')), isForbidden);
  await assert.rejects(admitted(plugin, 'DELETE', node), isForbidden);
  await assert.rejects(admitted(plugin, 'CREATE', { ...node, object: pod({ nodeName: 'n1' }) }), isForbidden);
});
