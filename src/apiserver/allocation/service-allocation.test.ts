import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '#api/errors.ts';
import { formatIP, parseIP, parsePrefix } from '#api/ip-address.ts';
import type { KubeObject } from '#api/object.ts';
import type { Draft } from '#base/edit.ts';
import type { Change } from '../cache/change.ts';
import type { WatchCache } from '../cache/watch-cache.ts';
import { ServiceAllocation } from './service-allocation.ts';
import { type ServiceSpecView, specOf } from './service-view.ts';

/** Stands for the watch cache: what was committed shows up by `show`. The store is as far as the cache, or cannot say it. */
function allocationOver(serviceCidrs: readonly string[], revision: () => number | Promise<number> = () => 1) {
  let listener: ((change: Change) => void) | undefined;
  const cache = {
    ensureLoaded: () => undefined,
    waitFor: () => undefined,
    range: () => [],
    subscribe: (each: (change: Change) => void) => {
      listener = each;
    },
  } as unknown as WatchCache;
  let draws = 0;
  const allocation = new ServiceAllocation({
    serviceCidrs,
    nodePorts: { first: 30000, last: 32767 },
    random: { next: () => (draws++ * 0.37) % 1, bytes: (count) => new Uint8Array(count) },
    services: () => cache,
    store: { revision },
  });
  allocation.ready();
  const show = (current: KubeObject | undefined, previous: KubeObject | undefined): void =>
    listener?.({
      current: current && { object: current },
      previous: previous && { object: previous },
    } as unknown as Change);
  const write = (spec: ServiceSpecView, old?: KubeObject, commit = true): KubeObject => {
    const draft = { metadata: { name: 's' }, spec: structuredClone(spec) } as unknown as Draft<KubeObject>;
    const finish = allocation.beforeWrite(draft, old, false);
    finish?.(commit ? 'committed' : 'refused');
    if (commit) show(draft as KubeObject, old);
    return draft as KubeObject;
  };
  return { allocation, write, show };
}

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return error.message;
    throw error;
  }
  return '';
};

test('a service gets an address and families; node ports only where its type has them', () => {
  const { write } = allocationOver(['10.96.0.0/24']);
  const plain = specOf(write({ type: 'ClusterIP', ports: [{ port: 80 }] }));
  assert.match(plain?.clusterIP ?? '', /^10\.96\.0\.\d+$/);
  assert.deepEqual(plain, {
    type: 'ClusterIP',
    ports: [{ port: 80 }],
    clusterIP: plain?.clusterIP,
    clusterIPs: [plain?.clusterIP],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
  });
  const open = specOf(
    write({
      type: 'NodePort',
      ports: [
        { name: 'a', port: 53, protocol: 'TCP' },
        { name: 'b', port: 53, protocol: 'UDP' },
      ],
    }),
  );
  assert.equal(open?.ports?.[0]?.nodePort, open?.ports?.[1]?.nodePort);
  assert.deepEqual(specOf(write({ type: 'ExternalName' })), { type: 'ExternalName' });
  const none = specOf(write({ type: 'ClusterIP', clusterIP: 'None', selector: { a: 'b' } }));
  assert.deepEqual([none?.clusterIPs, none?.ipFamilies], [['None'], ['IPv4']]);
});

test('taken, foreign and malformed addresses and ports are refused in upstream words', () => {
  const { write } = allocationOver(['10.96.0.0/24']);
  write({ type: 'NodePort', clusterIP: '10.96.0.7', ports: [{ port: 80, nodePort: 30001 }] });
  const table: readonly (readonly [ServiceSpecView, string])[] = [
    [
      { type: 'ClusterIP', clusterIP: '10.96.0.7' },
      'spec.clusterIPs: Invalid value: ["10.96.0.7"]: failed to allocate IP 10.96.0.7: provided IP is already allocated',
    ],
    [
      { type: 'ClusterIP', clusterIP: '1.2.3.4' },
      'spec.clusterIPs: Invalid value: ["1.2.3.4"]: failed to allocate IP 1.2.3.4: the provided network does not match the current range',
    ],
    [
      { type: 'ClusterIP', clusterIP: '10.0.0.999' },
      'spec.clusterIPs[0]: Invalid value: "10.0.0.999": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
    [
      { type: 'NodePort', ports: [{ port: 1, nodePort: 80 }] },
      'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    ],
    [
      { type: 'NodePort', ports: [{ port: 1, nodePort: 30001 }] },
      'spec.ports[0].nodePort: Invalid value: 30001: provided port is already allocated',
    ],
  ];
  for (const [spec, message] of table)
    assert.equal(
      messageOf(() => write(spec)),
      `Service "s" is invalid: ${message}`,
    );
});

test('claims are exclusive while writes are under way, and end with them', () => {
  const { allocation, write, show } = allocationOver(['10.96.0.0/29']);
  const spec = { type: 'ClusterIP', clusterIP: '10.96.0.3' };
  const draft = { metadata: { name: 's' }, spec: { ...spec } } as unknown as Draft<KubeObject>;
  const finish = allocation.beforeWrite(draft, undefined, false);
  assert.match(
    messageOf(() => write(spec)),
    /already allocated/,
  );
  finish?.('refused');
  const service = write(spec);
  assert.match(
    messageOf(() => write(spec)),
    /already allocated/,
  );
  show(undefined, service);
  assert.equal(specOf(write(spec))?.clusterIP, '10.96.0.3');
  // Six addresses in a /29, one taken.
  for (let count = 0; count < 5; count++) write({ type: 'ClusterIP' });
  assert.match(
    messageOf(() => write({ type: 'ClusterIP' })),
    /range is full/,
  );
});

test('claims of writes that nobody is told of end when the cache is as new as the write; of a silent store, with a later write', async () => {
  let answers = false;
  const { allocation, write } = allocationOver(['10.96.0.0/24'], async () => {
    if (!answers) throw new Error('the store does not answer');
    return 1;
  });
  const spec = { type: 'ClusterIP', clusterIP: '10.96.0.3' };
  const claim = () => {
    const draft = { metadata: { name: 's' }, spec: { ...spec } } as unknown as Draft<KubeObject>;
    return allocation.beforeWrite(draft, undefined, false);
  };
  const taken = () => messageOf(() => write(spec, undefined, false)) !== '';
  // Deleted in the same moment, or written and deleted while the feed had lost its position.
  claim()?.('committed');
  await allocation.settled;
  assert.ok(taken());
  await allocation.settled;
  answers = true;
  assert.ok(taken());
  await allocation.settled;
  assert.ok(!taken());
  const unknown = claim();
  unknown?.('unknown');
  assert.ok(taken(), 'it may have happened');
  await allocation.settled;
  assert.ok(!taken());
});

test('a write that ends late takes no claim from who came after it', async () => {
  const { allocation, write, show } = allocationOver(['10.96.0.0/24']);
  const spec = { type: 'ClusterIP', clusterIP: '10.96.0.3' };
  const draft = (): Draft<KubeObject> =>
    ({ metadata: { name: 's' }, spec: { ...spec } }) as unknown as Draft<KubeObject>;
  const first = draft();
  const finish = allocation.beforeWrite(first, undefined, false);
  show(first as KubeObject, undefined);
  show(undefined, first as KubeObject);
  allocation.beforeWrite(draft(), undefined, false);
  finish?.('unknown');
  await allocation.settled;
  assert.match(
    messageOf(() => write(spec)),
    /already allocated/,
  );
});

test('updates keep what was allocated, claim no other, and give it up with the type', () => {
  const { write } = allocationOver(['10.96.0.0/24']);
  const service = write({ type: 'NodePort', ports: [{ port: 80 }] });
  const before = specOf(service);
  const put = specOf(write({ type: 'NodePort', ports: [{ port: 80 }] }, service));
  assert.deepEqual(put, before);
  // Another address is for the service's own rules to refuse: nobody else is kept from it meanwhile.
  const changed = { ...before, clusterIP: '10.96.0.77' };
  assert.deepEqual(specOf(write(changed, service, false))?.clusterIPs, ['10.96.0.77']);
  assert.equal(specOf(write({ type: 'ClusterIP', clusterIP: '10.96.0.77' }))?.clusterIP, '10.96.0.77');
  const closed = write({ ...before, type: 'ClusterIP' }, service);
  assert.equal(specOf(closed)?.ports?.[0]?.nodePort, undefined);
  assert.deepEqual(specOf(write({ ...specOf(closed), type: 'ExternalName' }, closed)), {
    type: 'ExternalName',
    ports: [{ port: 80 }],
  });
});

test('dual-stack services get one address of each family', () => {
  const { write } = allocationOver(['10.96.0.0/24', 'fd00::/112']);
  const spec = specOf(write({ type: 'ClusterIP', ipFamilyPolicy: 'PreferDualStack' }));
  assert.deepEqual(spec?.ipFamilies, ['IPv4', 'IPv6']);
  assert.match(spec?.clusterIPs?.[1] ?? '', /^fd00::/);
});

test('addresses parse strictly and print canonically', () => {
  for (const text of ['10.0.0.1', 'fd00::1', '::', '::1', '2001:db8::1:0:0:1']) {
    const address = parseIP(text);
    assert.equal(address && formatIP(address), text);
  }
  for (const text of ['', '1.2.3', '01.2.3.4', '256.1.1.1', 'fd00:::1', 'g::', '1:2:3:4:5:6:7:8:9']) {
    assert.equal(parseIP(text), undefined, text);
  }
  assert.equal(parsePrefix('10.96.0.0/33'), undefined);
});
