import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtinTables } from '#kinds/schemas.ts';
import { SchemaRegistry } from '../schema/registry.ts';
import { atomicPlaces, configurationFaults, faultsText } from './configuration-faults.ts';
import { rootPlace } from './place.ts';

const schema = new SchemaRegistry(builtinTables).kind('apps', 'v1', 'Deployment');

function faults(configuration: object): readonly string[] {
  return configurationFaults(configuration, rootPlace(schema));
}

test('configurationFaults: the first undeclared field of each object, in lists and maps of structs too', () => {
  const configuration = {
    metadata: { labels: { any: 'thing' } },
    spec: { where: 1, why: 2, template: { spec: { containers: [{ name: 'a' }, { name: 'b', names: 'b' }] } } },
  };
  assert.deepEqual(faults(configuration), ['.spec.where: field not declared in schema']);
  const { where: _where, why: _why, ...spec } = configuration.spec;
  assert.deepEqual(faults({ ...configuration, spec }), [
    '.spec.template.spec.containers[name="b"].names: field not declared in schema',
  ]);
  assert.deepEqual(configurationFaults({ anything: 1 }, rootPlace(undefined)), []);
});

test('atomicPlaces: lists without keys, atomic structs and maps', () => {
  const container = { name: 'a', args: ['x'], ports: [{ containerPort: 1, protocol: 'TCP' }] };
  const configuration = {
    metadata: { labels: { a: 'b' }, finalizers: ['f'] },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { spec: { nodeSelector: { a: 'b' }, containers: [container] } },
    },
  };
  assert.deepEqual(atomicPlaces(configuration, schema), [
    '.spec.selector',
    '.spec.template.spec.nodeSelector',
    '.spec.template.spec.containers[0].args',
  ]);
});

test('faultsText tells of faults as long as it is bearable', () => {
  assert.equal(faultsText(['a']), 'a');
  assert.equal(faultsText(['a', 'b']), 'errors:\n  a\n  b');
  const long = 'k'.repeat(1_000_000);
  assert.equal(
    faultsText(Array<string>(10).fill(long)),
    ['errors:', long, long, long, long, 'and 6 more'].join('\n  '),
  );
});
