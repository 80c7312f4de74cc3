import { caseBuilders, type Tree } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const pool = { name: 'p', generation: 1, resourceSliceCount: 1 };
const { create, spec, store, patch, metadata } = caseBuilders('resource.k8s.io/v1/resourceslices', {
  metadata: { name: 'golden-validation' },
  spec: { driver: 'golden.example.com', nodeName: 'golden-node', pool, devices: [{ name: 'd' }] },
});
const device = (name: string, fields: Tree): GoldenCase => spec(name, { devices: [{ name: 'd', ...fields }] });
const attribute = (name: string, value: Tree): GoldenCase => device(name, { attributes: { a: value } });
const policy = (name: string, requestPolicy: Tree): GoldenCase =>
  device(name, { allowMultipleAllocations: true, capacity: { c: { value: '10', requestPolicy } } });
const own = (name: string, fields: Tree): GoldenCase =>
  spec(name, { nodeName: null, perDeviceNodeSelection: true, devices: [{ name: 'd', ...fields }] });
const term = { matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] };
const counters = { c: { value: '1' } };

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('valid'),
  device('full', {
    attributes: { a: { string: 'x' }, 'example.com/b': { version: '1.2.3-a.1+b' }, c: { int: 3 }, d: { bool: true } },
    capacity: {
      'example.com/memory': {
        value: '1Gi',
        requestPolicy: { default: '1Mi', validRange: { min: '1Mi', step: '1Mi' } },
      },
    },
    allowMultipleAllocations: true,
    bindsToNode: true,
    bindingConditions: ['a'],
    bindingFailureConditions: ['b'],
    consumesCounters: [{ counterSet: 's', counters }],
  }),
  create('name', { metadata: { name: 'A_' } }),
  spec('driver empty', { driver: '' }),
  spec('driver in capitals', { driver: 'GOLDEN.example.com' }),
  spec('driver too long', { driver: 'a'.repeat(64) }),
  spec('pool', { pool: { name: 'A_/', generation: -1, resourceSliceCount: 0 } }),
  spec('pool empty', { pool: { name: '' } }),
  spec('pool too long', { pool: { ...pool, name: 'a'.repeat(254) } }),
  spec('no nodes', { nodeName: null }),
  spec('empty node', { nodeName: '' }),
  spec('node name', { nodeName: 'A_' }),
  spec('nodes twice', { allNodes: true, perDeviceNodeSelection: true, devices: [] }),
  spec('nodes that are not all', { nodeName: null, allNodes: false, perDeviceNodeSelection: false }),
  spec('node selector', { nodeName: null, nodeSelector: { nodeSelectorTerms: [term] } }),
  spec('node selector with two terms', { nodeName: null, nodeSelector: { nodeSelectorTerms: [term, term] } }),
  spec('node selector without terms', { nodeName: null, nodeSelector: { nodeSelectorTerms: [] } }),
  spec('counters beside devices', { sharedCounters: [{ name: 's', counters }] }),
  spec('counters', { devices: null, sharedCounters: [{ name: 's', counters }] }),
  spec('counters wrong', {
    devices: null,
    sharedCounters: [
      { name: '', counters: {} },
      { name: 'A', counters: { B: { value: '1' } } },
    ],
  }),
  spec('counters twice', {
    devices: null,
    sharedCounters: [
      { name: 's', counters },
      { name: 's', counters },
    ],
  }),
  spec('too many counter sets', {
    devices: null,
    sharedCounters: Array.from({ length: 9 }, (_, n) => ({ name: `s${n}`, counters })),
  }),
  spec('devices twice', { devices: [{ name: 'd' }, { name: 'd' }] }),
  spec('too many devices', { devices: Array.from({ length: 129 }, (_, n) => ({ name: `d${n}` })) }),
  spec('too many devices with taints', {
    devices: Array.from({ length: 65 }, (_, n) => ({
      name: `d${n}`,
      ...(n === 0 ? { taints: [{ key: 'a', effect: 'None' }] } : {}),
    })),
  }),
  spec('device name', { devices: [{ name: 'A_' }, { name: '' }] }),
  device('too many attributes', {
    attributes: Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`a${n}`, { int: n }])),
  }),
  device('attribute names', {
    attributes: {
      'a b': { int: 1 },
      '/c': { int: 1 },
      'D_/d': { int: 1 },
      'e/': { int: 1 },
      ['f'.repeat(33)]: { int: 1 },
    },
  }),
  attribute('attribute without value', {}),
  attribute('attribute with two values', { int: 1, string: 'a' }),
  attribute('attribute string too long', { string: 'a'.repeat(65) }),
  attribute('attribute version', { version: '1.2' }),
  attribute('attribute version too long', { version: `1.2.3-${'a'.repeat(65)}` }),
  attribute('attribute list, a feature that is off', { ints: [1, 2] }),
  device('capacity with a policy for one', { capacity: { c: { value: '1', requestPolicy: { default: '1' } } } }),
  policy('policy with both', { default: '1', validValues: ['1'], validRange: { min: '1' } }),
  policy('policy values without default', { validValues: ['1'] }),
  policy('policy values', { default: '3', validValues: ['2', '1', '1', '20'] }),
  policy('policy range without default', { validRange: { min: '1' } }),
  policy('policy range without minimum', { default: '1', validRange: {} }),
  policy('policy range', { default: '1', validRange: { min: '20', max: '12' } }),
  policy('policy range and default', { default: '9', validRange: { min: '1', max: '5' } }),
  policy('policy step', { default: '4', validRange: { min: '1', max: '6', step: '2' } }),
  policy('policy step too great', { default: '1', validRange: { min: '1', step: '10' } }),
  device('taint', { taints: [{ key: 'a b', value: '-', effect: 'Maybe' }, { key: 'a' }] }),
  device('taints too many', { taints: Array.from({ length: 17 }, (_, n) => ({ key: `a${n}`, effect: 'None' })) }),
  device('taint gets its time', { taints: [{ key: 'a', effect: 'NoSchedule' }] }),
  device('consumed counters', {
    consumesCounters: [
      { counterSet: '', counters: {} },
      { counterSet: 'A', counters: { B: { value: '1' } } },
    ],
  }),
  device('consumed counters twice', {
    consumesCounters: [
      { counterSet: 's', counters },
      { counterSet: 's', counters },
    ],
  }),
  device('consumed counters too many', {
    consumesCounters: Array.from({ length: 3 }, (_, n) => ({ counterSet: `s${n}`, counters })),
  }),
  device('node of a device without leave', { nodeName: 'a' }),
  own('device without node', {}),
  own('device with node', { nodeName: 'a' }),
  own('device with two nodes', { nodeName: 'a', allNodes: true }),
  own('device with wrong nodes', { nodeName: '', allNodes: false }),
  device('binding conditions alone', { bindingConditions: ['a'] }),
  device('binding failure conditions alone', { bindingFailureConditions: ['a'] }),
  device('binding conditions', { bindingConditions: ['a', 'a', 'b c'], bindingFailureConditions: ['a', 'd'] }),
  device('binding conditions too many', {
    bindingConditions: ['a', 'b', 'c', 'd', 'e'],
    bindingFailureConditions: ['f'],
  }),
  device('mappings, a feature that is off', { nodeAllocatableResourceMappings: { cpu: {} } }),
  store(),
  patch('driver is immutable', { spec: { driver: 'other.example.com' } }),
  patch('pool name is immutable', { spec: { pool: { name: 'q' } } }),
  patch('node is immutable', { spec: { nodeName: 'b' } }),
  patch('pool generation', { spec: { pool: { generation: 2 } } }),
];
