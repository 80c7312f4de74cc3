import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NetworkConflict, planNetwork, planNode } from './network-plan.ts';

test('planNetwork takes the usual ranges when the machine uses none of them', () => {
  assert.deepEqual(planNetwork('kubets', {}, ['default', '192.0.2.0/24', 'fd00::/64']), {
    bridge: 'kb-kubets',
    nodeCidr: '10.197.0.0/24',
    hostAddress: '10.197.0.1',
    podCidr: '10.244.0.0/16',
    serviceCidr: '10.96.0.0/12',
    apiServiceAddress: '10.96.0.1',
    dnsServiceAddress: '10.96.0.10',
    mtu: 1500,
  });
});

test('planNetwork goes around ranges that the machine has routes for', () => {
  const plan = planNetwork('second', {}, ['10.197.0.0/24', '10.244.1.0/24', '10.244.2.0/24']);
  assert.equal(plan.nodeCidr, '10.197.1.0/24');
  assert.equal(plan.podCidr, '10.245.0.0/16');
});

test('planNetwork refuses a wished range that is in use, too small or not a range', () => {
  const cases = [
    {
      wishes: { podCidr: '10.0.0.0/8' },
      message: '--pod-cidr 10.0.0.0/8 overlaps 10.9.0.0/16, which this machine already uses',
    },
    {
      wishes: { podCidr: '10.1.0.0/20' },
      message: '--pod-cidr 10.1.0.0/20: an IPv4 range of /16 or larger is needed, for example 10.244.0.0/16',
    },
    {
      wishes: { nodeCidr: 'there' },
      message: '--node-cidr there: an IPv4 range of /24 or larger is needed, for example 10.197.0.0/24',
    },
  ];
  for (const { wishes, message } of cases) {
    assert.throws(() => planNetwork('kubets', wishes, ['10.9.0.0/16']), new NetworkConflict(message));
  }
});

test('planNode numbers addresses, pod ranges and links by the index', () => {
  const network = planNetwork('kubets', {}, []);
  assert.deepEqual(planNode('kubets', network, 3), {
    index: 3,
    name: 'node3',
    address: '10.197.0.13',
    podCidr: '10.244.3.0/24',
    podGateway: '10.244.3.1',
    podBridgeMac: '0a:58:0a:f4:03:01',
    netns: 'kubets-node3',
    link: 'kb-kubets-3',
  });
});

test('interface names of a cluster with a long name have at most 15 characters', () => {
  const name = 'a-cluster-with-a-long-name';
  const network = planNetwork(name, {}, []);
  const node = planNode(name, network, 200);
  assert.ok(network.bridge.length <= 15 && node.link.length <= 15, `${network.bridge} ${node.link}`);
  assert.notEqual(network.bridge, planNetwork('a-cluster-with-a-long-nama', {}, []).bridge);
});
