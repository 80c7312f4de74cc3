import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Frontend, ServiceMap } from '../service-map.ts';
import { frontendKey } from '../service-map.ts';
import { changeScript, changeSteps, desiredState, fullScript, keepingMaps, type TableConfig } from './ruleset.ts';

const config: TableConfig = {
  table: 'kubets',
  clusterCIDR: '10.244.0.0/16',
  localhostNodePorts: false,
  masqueradeMark: 0x4000,
};

function services(...frontends: readonly Frontend[]): ServiceMap {
  return {
    frontends: new Map(frontends.map((frontend) => [frontendKey(frontend.match, frontend.protocol), frontend])),
    clusterIPs: new Set(frontends.flatMap(({ match }) => (match.type === 'address' ? [match.ip] : []))),
  };
}

function frontend(changes: Partial<Frontend> = {}): Frontend {
  return {
    match: { type: 'address', ip: '10.96.0.7', port: 80 },
    protocol: 'tcp',
    backends: [{ ip: '10.244.0.5', port: 8080 }],
    masquerade: 'off-cluster',
    whenEmpty: 'reject',
    affinitySeconds: 0,
    owner: 'default/web',
    ...changes,
  };
}

const two = [
  { ip: '10.244.0.5', port: 8080 },
  { ip: '10.244.1.5', port: 8080 },
];

test('desiredState puts endpoints into the map of their number', () => {
  const { elements } = desiredState(services(frontend({ backends: two })));
  assert.deepEqual(
    [...(elements.get('endpoints-2') ?? [])],
    [
      ['10.96.0.7 . tcp . 80 . 0', '10.244.0.5 . 8080'],
      ['10.96.0.7 . tcp . 80 . 1', '10.244.1.5 . 8080'],
    ],
  );
  assert.deepEqual(
    [...(elements.get('hairpin')?.keys() ?? [])],
    ['10.244.0.5 . 10.244.0.5', '10.244.1.5 . 10.244.1.5'],
  );
});

test('desiredState refuses or drops what has no endpoints', () => {
  const { elements } = desiredState(
    services(
      frontend({ backends: [] }),
      frontend({ backends: [], whenEmpty: 'drop', match: { type: 'node-port', port: 30_001 } }),
    ),
  );
  assert.equal(elements.get('empty')?.get('10.96.0.7 . tcp . 80'), 'goto refuse');
  assert.equal(elements.get('empty-node-ports')?.get('tcp . 30001'), 'drop');
});

test('changeScript of equal states is empty', () => {
  assert.equal(changeScript(desiredState(services(frontend())), desiredState(services(frontend())), config), '');
});

test('changeScript of one more endpoint moves only its elements', () => {
  const before = desiredState(
    services(frontend(), frontend({ match: { type: 'address', ip: '10.96.0.8', port: 80 } })),
  );
  const after = desiredState(
    services(frontend({ backends: two }), frontend({ match: { type: 'address', ip: '10.96.0.8', port: 80 } })),
  );
  assert.equal(
    changeScript(before, after, config),
    [
      'delete element ip kubets endpoints-1 { 10.96.0.7 . tcp . 80 . 0 }',
      'add map ip kubets endpoints-2 { typeof ip daddr . meta l4proto . th dport . numgen random mod 2 : ip daddr . th dport; }',
      'add element ip kubets hairpin { 10.244.1.5 . 10.244.1.5 }',
      'add element ip kubets endpoints-2 { 10.96.0.7 . tcp . 80 . 0 : 10.244.0.5 . 8080, 10.96.0.7 . tcp . 80 . 1 : 10.244.1.5 . 8080 }',
      'add rule ip kubets dispatch dnat ip to ip daddr . meta l4proto . th dport . numgen random mod 2 map @endpoints-2',
      '',
    ].join('\n'),
  );
});

test('changeSteps adds where a service is to be found before it removes where it was', () => {
  const before = desiredState(services(frontend({ backends: two })));
  const after = keepingMaps(before, desiredState(services(frontend())));
  assert.deepEqual(changeSteps(before, after, config), [
    [
      'add map ip kubets endpoints-1 { typeof ip daddr . meta l4proto . th dport . numgen random mod 2 : ip daddr . th dport; }',
      'add element ip kubets endpoints-1 { 10.96.0.7 . tcp . 80 . 0 : 10.244.0.5 . 8080 }',
      'add rule ip kubets dispatch dnat ip to ip daddr . meta l4proto . th dport . numgen random mod 1 map @endpoints-1',
      '',
    ].join('\n'),
    [
      'delete element ip kubets hairpin { 10.244.1.5 . 10.244.1.5 }',
      'delete element ip kubets endpoints-2 { 10.96.0.7 . tcp . 80 . 0, 10.96.0.7 . tcp . 80 . 1 }',
      '',
    ].join('\n'),
  ]);
  assert.deepEqual(changeSteps(before, before, config), []);
});

test('affinity makes chains, and they go with the service', () => {
  const before = desiredState(services(frontend({ affinitySeconds: 60, backends: two })));
  assert.equal(before.elements.get('affinity')?.get('10.96.0.7 . tcp . 80'), 'goto affinity-10.96.0.7-tcp-80');
  const script = changeScript(before, desiredState(services()), config);
  assert.match(script, /delete chain ip kubets affinity-10\.96\.0\.7-tcp-80\n/);
  assert.match(script, /delete set ip kubets affinity-10\.96\.0\.7-tcp-80-10\.244\.0\.5-8080-clients/);
});

test('fullScript declares before it uses and replaces in one transaction', () => {
  const script = fullScript(desiredState(services(frontend())), config);
  assert.ok(script.startsWith('table ip kubets\ndelete table ip kubets\ntable ip kubets {\n'));
  assert.ok(script.indexOf('map endpoints-1') < script.indexOf('map @endpoints-1'));
});

test('keepingMaps leaves emptied maps where they are, so that no rule is written again', () => {
  const before = desiredState(services(frontend({ backends: two })));
  const after = keepingMaps(before, desiredState(services(frontend())));
  const script = changeScript(before, after, config);
  assert.doesNotMatch(script, /flush chain|delete map/);
  assert.match(script, /^delete element ip kubets endpoints-2 /m);
  assert.match(script, /^add rule ip kubets dispatch dnat ip to .* map @endpoints-1$/m);
});
