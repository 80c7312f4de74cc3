import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode, type Question } from 'dns-packet';
import type { Service } from '#kinds/generated/core-v1.ts';
import { createResolver } from './resolver.ts';
import type { ZoneSource } from './zone.ts';

const many = Array.from({ length: 60 }, (_, i) => `10.96.1.${i}`);
const services: Record<string, Service> = {
  'default/web': { spec: { clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7'] } },
  'default/many': { spec: { clusterIP: many[0], clusterIPs: many } },
  'default/out': { spec: { type: 'ExternalName', externalName: 'example.com' } },
};
const source: ZoneSource = {
  service: (key) => services[key],
  slicesOf: () => [],
  namespaceExists: () => true,
  serviceByIP: () => undefined,
  slicesByIP: () => [],
};
const { signal } = new AbortController();

function query(name: string, type = 'A'): Uint8Array {
  return encode({ type: 'query', id: 7, flags: 256, questions: [{ type, name, class: 'IN' } as Question] });
}

async function ask(
  message: Uint8Array,
  transport: 'udp' | 'tcp',
  forward?: (query: Uint8Array) => Promise<Uint8Array>,
) {
  const resolve = createResolver({ source, zone: 'cluster.local', ...(forward ? { forward } : {}) });
  const reply = await resolve(message, transport, signal);
  assert.ok(reply);
  return decode(Buffer.from(reply)) as ReturnType<typeof decode> & { rcode: string };
}

test('an answer keeps the id and the case of the question', async () => {
  const reply = await ask(query('WEB.default.svc.cluster.local'), 'udp');
  assert.equal(reply.id, 7);
  assert.equal(reply.rcode, 'NOERROR');
  assert.deepEqual(
    reply.answers?.map((answer) => [answer.name, 'data' in answer ? answer.data : '']),
    [['WEB.default.svc.cluster.local', '10.96.0.7']],
  );
});

test('an unknown name is NXDOMAIN with the zone SOA', async () => {
  const reply = await ask(query('nope.default.svc.cluster.local'), 'udp');
  assert.equal(reply.rcode, 'NXDOMAIN');
  assert.equal(reply.authorities?.[0]?.type, 'SOA');
});

test('an answer too large for plain UDP is truncated, over TCP it is whole', async () => {
  const small = await ask(query('many.default.svc.cluster.local'), 'udp');
  assert.equal(small.flag_tc, true);
  assert.equal(small.answers?.length, 0);
  const whole = await ask(query('many.default.svc.cluster.local'), 'tcp');
  assert.equal(whole.answers?.length, 60);
});

test('an ExternalName is followed outside', async () => {
  const forward = async (message: Uint8Array) => {
    const { id, questions } = decode(Buffer.from(message));
    assert.equal(questions?.[0]?.name, 'example.com');
    return encode({
      type: 'response',
      id: id ?? 0,
      questions: questions ?? [],
      answers: [{ type: 'A', name: 'example.com', data: '192.0.2.1' }],
    });
  };
  const reply = await ask(query('out.default.svc.cluster.local'), 'udp', forward);
  assert.deepEqual(
    reply.answers?.map((answer) => answer.type),
    ['CNAME', 'A'],
  );
});

test('names outside are refused without a forwarder, SERVFAIL when it fails', async () => {
  assert.equal((await ask(query('example.com'), 'udp')).rcode, 'REFUSED');
  const failing = () => Promise.reject(new Error('no route'));
  assert.equal((await ask(query('example.com'), 'udp', failing)).rcode, 'SERVFAIL');
});

test('garbage with a head is FORMERR, shorter is silence', async () => {
  const garbage = new Uint8Array(20).fill(0xff);
  garbage[2] = 1;
  assert.equal((await ask(garbage, 'udp')).rcode, 'FORMERR');
  const resolve = createResolver({ source, zone: 'cluster.local' });
  assert.equal(await resolve(new Uint8Array(5), 'udp', signal), undefined);
});
