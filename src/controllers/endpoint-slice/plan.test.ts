import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, Service } from '#kinds/generated/core-v1.ts';
import type { EndpointSlice } from '#kinds/generated/discovery-v1.ts';
import { type EndpointSliceInput, planEndpointSlices } from './plan.ts';

const service: Service = {
  metadata: { name: 'web', namespace: 'default', uid: 's', labels: { tier: 'front' } },
  spec: {
    selector: { app: 'web' },
    clusterIP: '10.96.0.10',
    ipFamilies: ['IPv4'],
    ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
  },
};

function pod(index: number, changes: { ready?: boolean; deleting?: boolean; port?: number; ip?: string } = {}): Pod {
  const {
    ready = true,
    deleting = false,
    port = 8080,
    ip = `10.0.${Math.floor(index / 200)}.${index % 200}`,
  } = changes;
  return {
    metadata: {
      name: `p${index}`,
      namespace: 'default',
      uid: `u${index}`,
      ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: {
      nodeName: 'n1',
      containers: [{ name: 'c', ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }] }],
    },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      podIPs: ip ? [{ ip }] : [],
    },
  };
}

const pods = (count: number, from = 0) => Array.from({ length: count }, (_, index) => pod(from + index));

function plan(input: Partial<EndpointSliceInput>) {
  return planEndpointSlices({
    service,
    pods: [],
    slices: [],
    zoneOf: (node) => (node === 'n1' ? '' : undefined),
    ...input,
  });
}

/** Carries a plan out on a list of slices. */
function apply(slices: readonly EndpointSlice[], input: Partial<EndpointSliceInput>): EndpointSlice[] {
  const { create, update, delete: gone } = plan({ ...input, slices });
  const nameOf = (slice: EndpointSlice) => slice.metadata?.name;
  const kept = slices
    .filter((slice) => !gone.some((each) => nameOf(each) === nameOf(slice)))
    .map((slice) => update.find((each) => nameOf(each) === nameOf(slice)) ?? slice);
  const used = new Set(kept.map(nameOf));
  let number = 0;
  const created = create.map((slice) => {
    while (used.has(`web-${number}`)) number++;
    used.add(`web-${number}`);
    return { ...slice, metadata: { ...slice.metadata, name: `web-${number}` } };
  });
  return [...kept, ...created];
}

const sizes = (slices: readonly EndpointSlice[]) => slices.map(({ endpoints }) => endpoints?.length ?? 0);

test('one pod: the whole slice', () => {
  assert.deepEqual(plan({ pods: [pod(1)] }).create, [
    {
      metadata: {
        generateName: 'web-',
        namespace: 'default',
        labels: {
          tier: 'front',
          'kubernetes.io/service-name': 'web',
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        },
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Service', name: 'web', uid: 's', controller: true, blockOwnerDeletion: true },
        ],
      },
      addressType: 'IPv4',
      endpoints: [
        {
          addresses: ['10.0.0.1'],
          conditions: { ready: true, serving: true, terminating: false },
          targetRef: { kind: 'Pod', namespace: 'default', name: 'p1', uid: 'u1' },
          nodeName: 'n1',
        },
      ],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    },
  ]);
});

const conditions: readonly {
  readonly name: string;
  readonly pod: Pod;
  readonly publish?: boolean;
  readonly expected: readonly [ready: boolean, serving: boolean, terminating: boolean] | undefined;
}[] = [
  { name: 'ready', pod: pod(1), expected: [true, true, false] },
  { name: 'not ready', pod: pod(1, { ready: false }), expected: [false, false, false] },
  { name: 'terminating but serving', pod: pod(1, { deleting: true }), expected: [false, true, true] },
  { name: 'not ready, published', pod: pod(1, { ready: false }), publish: true, expected: [true, false, false] },
  { name: 'without address', pod: pod(1, { ip: '' }), expected: undefined },
  { name: 'ended', pod: { ...pod(1), status: { ...pod(1).status, phase: 'Failed' } }, expected: undefined },
];

for (const { name, pod: only, publish, expected } of conditions) {
  test(`conditions of a pod: ${name}`, () => {
    const published: Service = { ...service, spec: { ...service.spec, publishNotReadyAddresses: publish } };
    const found = plan({ service: published, pods: [only] }).create[0]?.endpoints?.[0]?.conditions;
    assert.deepEqual(found && [found.ready, found.serving, found.terminating], expected);
  });
}

test('no pods: an empty slice without ports, once', () => {
  const slices = apply([], {});
  assert.deepEqual(
    slices.map(({ endpoints, ports }) => ({ endpoints, ports })),
    [{ endpoints: [], ports: [] }],
  );
  assert.deepEqual(
    { ...plan({ slices }), unknownNodes: undefined },
    {
      create: [],
      update: [],
      delete: [],
      unknownNodes: undefined,
    },
  );
  const named = apply(slices, { pods: [pod(1)] });
  assert.deepEqual(
    named.map(({ metadata, endpoints }) => [metadata?.name, endpoints?.length]),
    [['web-0', 1]],
  );
});

test('a hundred endpoints a slice, and few writes', () => {
  let slices = apply([], { pods: pods(250) });
  assert.deepEqual(sizes(slices), [100, 100, 50]);
  const grown = plan({ pods: pods(260), slices });
  assert.deepEqual([grown.create.length, grown.update.length, grown.delete.length], [0, 1, 0]);
  slices = apply(slices, { pods: [...pods(50), ...pods(150, 100)] });
  assert.deepEqual(sizes(slices), [50, 100, 50]);
  slices = apply(slices, { pods: pods(50) });
  assert.deepEqual(sizes(slices), [50]);
});

test('pods with different ports of one name have slices of their own', () => {
  const slices = apply([], { pods: [pod(1), pod(2, { port: 9090 }), pod(3)] });
  assert.deepEqual(
    slices.map(({ ports, endpoints }) => [ports?.[0]?.port, endpoints?.length]),
    [
      [8080, 2],
      [9090, 1],
    ],
  );
});

test('a family that the Service no longer has loses its slices', () => {
  const both: Service = { ...service, spec: { ...service.spec, ipFamilies: ['IPv4', 'IPv6'] } };
  const slices = apply([], { service: both, pods: [pod(1)] });
  assert.deepEqual(
    slices.map(({ addressType }) => addressType),
    ['IPv4', 'IPv6'],
  );
  assert.deepEqual(
    apply(slices, { pods: [pod(1)] }).map(({ addressType }) => addressType),
    ['IPv4'],
  );
});

test('headless: label, hostname, and no ports are needed', () => {
  const headless: Service = {
    metadata: { ...service.metadata, name: 'db' },
    spec: { selector: { app: 'db' }, clusterIP: 'None', ipFamilies: ['IPv4'] },
  };
  const named: Pod = { ...pod(1), spec: { nodeName: 'n1', hostname: 'db-0', subdomain: 'db', containers: [] } };
  const slice = plan({ service: headless, pods: [named] }).create[0];
  assert.equal(slice?.metadata?.labels?.['service.kubernetes.io/headless'], '');
  assert.equal(slice?.endpoints?.[0]?.hostname, 'db-0');
  assert.deepEqual(slice?.ports, []);
});

test('pods of a node that is not known are left out and told', () => {
  const lost: Pod = { ...pod(2), spec: { nodeName: 'n9', containers: pod(2).spec?.containers ?? [] } };
  const { create, unknownNodes } = plan({ pods: [pod(1), lost] });
  assert.deepEqual(unknownNodes, ['n9']);
  assert.deepEqual(
    create[0]?.endpoints?.map(({ targetRef }) => targetRef?.name),
    ['p1'],
  );
});

test('the time of the change that is written is annotated, and is no reason to write', () => {
  const key = 'endpoints.kubernetes.io/last-change-trigger-time';
  const created = plan({ pods: pods(1), triggerTime: '2026-01-01T00:00:00Z' }).create;
  const slices = created.map((slice) => ({ ...slice, metadata: { ...slice.metadata, name: 'web-1' } }));
  assert.deepEqual(slices[0]?.metadata.annotations, { [key]: '2026-01-01T00:00:00Z' });
  assert.deepEqual(plan({ pods: pods(1), slices, triggerTime: '2026-01-01T00:00:09Z' }).update, []);
  assert.equal(plan({ pods: pods(2), slices }).update[0]?.metadata?.annotations, undefined);
});
