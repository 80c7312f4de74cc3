import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextPodCidr, parseCidr } from './plan.ts';

test('parseCidr keeps the network and refuses what is no IPv4 CIDR', () => {
  assert.deepEqual(parseCidr('10.244.7.9/16'), { base: 10 * 2 ** 24 + 244 * 2 ** 16, prefix: 16 });
  for (const text of ['10.244.0.0', '10.244.0.300/16', 'fd00::/64', '10.0.0.0/33'])
    assert.equal(parseCidr(text), undefined);
});

test('nextPodCidr gives the lowest free block, until there is none', () => {
  const cluster = parseCidr('10.244.0.0/22');
  assert.ok(cluster);
  const used = new Set<string>();
  const given: (string | undefined)[] = [];
  for (let i = 0; i < 5; i++) {
    const next = nextPodCidr(cluster, 24, used);
    given.push(next);
    if (next) used.add(next);
  }
  assert.deepEqual(given, ['10.244.0.0/24', '10.244.1.0/24', '10.244.2.0/24', '10.244.3.0/24', undefined]);
  used.delete('10.244.1.0/24');
  assert.equal(nextPodCidr(cluster, 24, used), '10.244.1.0/24');
});
