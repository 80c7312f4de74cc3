import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { estimateCost } from './cost.ts';
import { escapeFieldName } from './field-names.ts';
import { formatIssues } from './issues.ts';
import { structType } from './kind-types.ts';
import { kubernetesEnvironment } from './kubernetes.ts';
import { compile, createProgram } from './program.ts';
import type { DeclaredType, SchemaToDeclare } from './schema-types.ts';
import { declareSchema, sizesOf } from './schema-types.ts';
import { formatType } from './types.ts';
import { CelError } from './values.ts';

const schema: SchemaToDeclare = {
  type: 'object',
  required: ['name', 'replicas'],
  properties: {
    name: { type: 'string', maxLength: 10 },
    replicas: { type: 'integer' },
    ratio: { type: 'number' },
    namespace: { type: 'string' },
    'x-y.z/w__v': { type: 'string' },
    'not writable!': { type: 'string' },
    absent: { type: 'string' },
    port: { 'x-kubernetes-int-or-string': true },
    anything: { 'x-kubernetes-preserve-unknown-fields': true } as SchemaToDeclare,
    open: { type: 'object' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    tags: { type: 'array', maxItems: 5, items: { type: 'string', maxLength: 3 }, 'x-kubernetes-list-type': 'set' },
    sorted: { type: 'array', items: { type: 'string' } },
    ports: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, port: { type: 'integer' } },
      },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    },
    created: { type: 'string', format: 'date-time' },
    day: { type: 'string', format: 'date' },
    wait: { type: 'string', format: 'duration' },
    data: { type: 'string', format: 'byte' },
    level: { type: 'string', enum: ['low', 'higher'] },
    template: { type: 'object', 'x-kubernetes-embedded-resource': true },
  },
};

const self: DeclaredType = declareSchema(schema, 'selfType', { isResource: true }) ?? assert.fail();
const environment = kubernetesEnvironment({
  version: '1.36',
  variables: [
    { name: 'self', type: self.type },
    { name: 'oldSelf', type: self.type },
  ],
});

function evaluate(expression: string, json: unknown = {}, old: unknown = {}): unknown {
  const compiled = compile(expression, environment);
  if (!compiled.ok) return formatIssues(expression, compiled.issues).split('\n')[0];
  const bindings = new Map([
    ['self', self.wrap(json)],
    ['oldSelf', self.wrap(old)],
  ]);
  const { result } = createProgram(compiled.checked, environment).evaluate(bindings);
  return result instanceof CelError ? `error: ${result.message}` : result;
}

test('escapeFieldName escapes what is no identifier', () => {
  const names = ['a', 'a-b', 'a.b', 'a/b', 'a__b', 'in', '1a', 'a b', '', '_a'];
  const escaped = ['a', 'a__dash__b', 'a__dot__b', 'a__slash__b', 'a__underscores__b', '__in__', undefined, undefined];
  assert.deepEqual(names.map(escapeFieldName), [...escaped, undefined, '_a']);
});

test('declareSchema gives types, names and bounds of upstream', () => {
  const found = Object.fromEntries(
    [...(self.fields ?? [])].map(([name, field]) => [name, `${formatType(field.type)} ${field.maxSize}`]),
  );
  assert.deepEqual(found, {
    name: 'string 40',
    replicas: 'int 0',
    ratio: 'double 0',
    __namespace__: 'string 3145726',
    x__dash__y__dot__z__slash__w__underscores__v: 'string 3145726',
    absent: 'string 3145726',
    port: 'dyn 3145726',
    open: 'selfType.open 0',
    labels: 'map(string, string) 393215',
    tags: 'list(string) 5',
    sorted: 'list(string) 1048575',
    ports: 'list(selfType.ports.@idx) 241978',
    created: 'timestamp 32',
    day: 'timestamp 12',
    wait: 'duration 32',
    data: 'bytes 3145726',
    level: 'string 6',
    template: 'selfType.template 0',
    kind: 'string 3145726',
    apiVersion: 'string 3145726',
    metadata: 'selfType.metadata 0',
  });
  assert.equal(self.minJsonSize, 2 + (4 + 2 + 4) + (8 + 1 + 4));
});

test('values of a schema: members, formats and what is not there', () => {
  const json = {
    metadata: { name: 'a', labels: { hidden: 'yes' } },
    ratio: 1,
    namespace: 'n',
    'x-y.z/w__v': 'escaped',
    absent: null,
    port: '80%',
    created: '2024-01-02T03:04:05.678Z',
    day: '2024-01-02',
    wait: '3 days',
    data: 'aGk=',
    template: { kind: 'Pod', metadata: { name: 'inner' }, spec: {} },
  };
  const cases: Readonly<Record<string, unknown>> = {
    'self.metadata.name': 'a',
    'self.ratio': 1,
    'self.namespace + self.__namespace__': 'nn',
    'self.x__dash__y__dot__z__slash__w__underscores__v': 'escaped',
    'has(self.absent)': false,
    'self.absent': 'error: no such key: absent',
    'type(self.port) == string': true,
    'self.created.getMilliseconds()': 678n,
    'self.day == timestamp("2024-01-02T00:00:00Z")': true,
    'self.wait == duration("72h")': true,
    'string(self.data)': 'hi',
    'self.template.kind + self.template.metadata.name': 'Podinner',
    'self.metadata.labels': "ERROR: <input>:1:14: undefined field 'labels'",
    'self.anything': "ERROR: <input>:1:5: undefined field 'anything'",
  };
  const found = Object.fromEntries(Object.keys(cases).map((expression) => [expression, evaluate(expression, json)]));
  assert.deepEqual(found, cases);
});

test('sets, lists by key and objects are equal as their schema says', () => {
  const ports = [
    { name: 'a', port: 1 },
    { name: 'b', port: 2 },
  ];
  const json = { tags: ['x', 'y'], sorted: ['x', 'y'], ports, open: { some: 1 } };
  const old = { tags: ['y', 'x'], sorted: ['y', 'x'], ports: [ports[1], ports[0]], open: { some: 2 } };
  const holds = (expression: string) => evaluate(expression, json, old);
  assert.equal(holds('self.tags == oldSelf.tags'), true);
  assert.equal(holds('self.sorted == oldSelf.sorted'), false);
  assert.equal(holds('self.ports == oldSelf.ports'), true);
  assert.equal(holds('self.open == oldSelf.open'), false);
  assert.equal(holds('self == self'), true);
  assert.equal(holds('self == oldSelf'), false);
  assert.equal(holds('(self.tags + ["z", "x"]).size()'), 3n);
  assert.equal(holds('(self.sorted + ["z", "x"]).size()'), 4n);
  assert.equal(holds('(self.ports + oldSelf.ports).map(p, p.name).join()'), 'ab');
});

test('sizesOf bounds an estimate by the schema', () => {
  const estimate = (expression: string) => {
    const compiled = compile(expression, environment);
    assert.ok(compiled.ok);
    return estimateCost(compiled.checked, environment, sizesOf(new Map([['self', self]])));
  };
  const short = estimate('self.tags.all(t, t.startsWith("a"))');
  assert.ok(short.max < 100, `${short.max}`);
  assert.ok(estimate('self.sorted.all(t, t.lowerAscii() == "a")').max > 1e9);
});

test('structType has the members of a built-in kind', () => {
  const registry = new SchemaRegistry([]);
  const type = structType(registry.meta('ObjectMeta'), 'Meta');
  const within = kubernetesEnvironment({ version: '1.36', variables: [{ name: 'meta', type }] });
  const check = (expression: string) => {
    const compiled = compile(expression, within);
    return compiled.ok ? formatType(compiled.outputType) : compiled.issues[0]?.message;
  };
  assert.equal(check('meta.labels'), 'map(string, string)');
  assert.equal(check('meta.creationTimestamp'), 'timestamp');
  assert.equal(check('meta.ownerReferences[0].controller'), 'bool');
  assert.equal(check('meta.namespace'), 'string');
  assert.equal(check('meta.nope'), "undefined field 'nope'");
});
