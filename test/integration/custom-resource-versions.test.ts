/** What the versions of a custom resource do to each other: fields that only one has, deprecation, a default of the status. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ourSide, type Reply, type Side } from '../golden/differential/sides.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const gauges = (version: string): string => `/apis/versions.example.com/${version}/namespaces/versions/gauges`;

const status = {
  type: 'object',
  default: { phase: 'Pending' },
  properties: { phase: { type: 'string' } },
};
const versionOf = (name: string, fields: readonly string[]) => ({
  name,
  served: true,
  storage: name === 'v1',
  subresources: { status: {} },
  schema: {
    openAPIV3Schema: {
      type: 'object',
      // On a create there is no status to speak of, default or not.
      'x-kubernetes-validations': [
        { rule: 'oldSelf.hasValue() || !has(self.status)', optionalOldSelf: true, message: 'x' },
      ],
      properties: {
        spec: { type: 'object', properties: Object.fromEntries(fields.map((field) => [field, { type: 'string' }])) },
        status,
      },
    },
  },
});
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gauges.versions.example.com' },
  spec: {
    group: 'versions.example.com',
    scope: 'Namespaced',
    names: { plural: 'gauges', kind: 'Gauge' },
    versions: [
      { ...versionOf('v1beta1', ['both', 'old']), deprecated: true },
      { ...versionOf('v1', ['both', 'recent']) },
    ],
  },
};
const deprecation = 'versions.example.com/v1beta1 Gauge is deprecated; use versions.example.com/v1 Gauge';

let side: Side;
before(async () => {
  side = await ourSide('versions');
  await side.ask({ method: 'POST', target: definitions, text: JSON.stringify(definition) });
  while ((await side.ask({ method: 'GET', target: gauges('v1') })).code !== 200);
});
after(() => side.close());

interface Gauge {
  readonly spec: unknown;
  readonly status: unknown;
}

function create(version: string, name: string, spec: object, query = ''): Promise<Reply> {
  const apiVersion = `versions.example.com/${version}`;
  const body = { apiVersion, kind: 'Gauge', metadata: { name }, spec, status: { phase: 'Mine' } };
  return side.ask({ method: 'POST', target: gauges(version) + query, text: JSON.stringify(body) });
}

for (const query of ['?dryRun=All', '']) {
  test(`what the stored version has no field for is gone at once (${query || 'written'})`, async () => {
    const { text } = await create('v1beta1', 'one', { both: 'a', old: 'b' }, query);
    assert.deepEqual((JSON.parse(text) as Gauge).spec, { both: 'a' });
  });
  test(`a default of the status is there, and what a create says of it is not (${query || 'written'})`, async () => {
    const { text } = await create('v1', 'two', { recent: 'a' }, query);
    assert.deepEqual((JSON.parse(text) as Gauge).status, { phase: 'Pending' });
  });
}

test('all that is asked of a deprecated version is answered with a warning', async () => {
  const targets = ['', '/one', '/none', '/one/status'].map((rest) => gauges('v1beta1') + rest);
  for (const target of targets) {
    const { warnings } = await side.ask({ method: 'GET', target });
    assert.deepEqual(warnings, [deprecation], target);
  }
  assert.deepEqual((await create('v1beta1', 'one', {})).warnings, [deprecation]);
  assert.deepEqual((await side.ask({ method: 'GET', target: `${gauges('v1')}/one` })).warnings, []);
});
