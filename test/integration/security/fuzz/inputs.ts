/** Nonsense for one part of a request, the other parts being right: what gets past the doors is what is to be tried. */

import type { Chance } from './random.ts';
import { loadVectors } from './vectors.ts';

export interface Asked {
  readonly method: string;
  /** Below the namespace 'fuzz' or, from '/', whole. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export type Part = (chance: Chance) => Asked;

const encoder = new TextEncoder();
const json = { 'content-type': 'application/json' };

function asked(method: string, target: string, body?: string | Uint8Array, headers: Asked['headers'] = json): Asked {
  const bytes = typeof body === 'string' ? encoder.encode(body) : body;
  return { method, target, headers, ...(bytes ? { body: bytes } : {}) };
}

const odd = [
  '',
  'a',
  'A_b.c-d',
  '-',
  '..',
  '/',
  'x/y',
  'x/y/z',
  '\u0000',
  '%',
  '💥',
  '\ud800',
  '\u202e',
  '__proto__',
  'constructor',
  'x'.repeat(64),
  'x'.repeat(254),
  'x'.repeat(4000),
  ' ',
  '\n',
  '"',
  '\\',
  '9'.repeat(40),
  '-1',
  '1e999',
  'NaN',
];
const text = (chance: Chance): string =>
  chance.draw(4) > 0 ? chance.pick(odd) : chance.some(3, () => chance.pick(odd)).join('');

/** A text with a few of its signs exchanged, dropped or repeated. */
function mutated(chance: Chance, original: string): string {
  let result = original;
  for (let count = chance.draw(4); count >= 0; count--) {
    const at = chance.draw(result.length + 1);
    const cut = chance.draw(3);
    result =
      result.slice(0, at) +
      (chance.draw(3) > 0 ? chance.pick([...'()[]{}=!<>,.:;/\\"\'& \t%#*?-+|0a\u0000']) : text(chance)) +
      result.slice(at + cut);
  }
  return result;
}

const labelSelectors = [
  'a=b,c!=d',
  'a in (b,c),d notin (e)',
  '!a,b',
  'a>1,b<2',
  'example.com/a==b',
  `a in (${Array.from({ length: 300 }, (_, i) => `v${i}`).join(',')})`,
  `${'a,'.repeat(500)}a`,
  `${'('.repeat(500)}`,
];
const fieldSelectors = ['metadata.name=a', 'metadata.namespace!=b,metadata.name==c', 'a\\,b=c\\=d', 'spec.x=y'];

function selectors(chance: Chance): Asked {
  const label = mutated(chance, chance.pick(labelSelectors));
  const field = mutated(chance, chance.pick(fieldSelectors));
  const query = new URLSearchParams();
  if (chance.draw(3) > 0) query.append('labelSelector', label);
  if (chance.draw(3) === 0) query.append('fieldSelector', field);
  if (chance.draw(4) === 0) query.append('labelSelector', text(chance));
  return asked(chance.draw(5) === 0 ? 'DELETE' : 'GET', `configmaps?dryRun=All&${query}`, undefined, {});
}

function continueTokens(chance: Chance): Asked {
  const value = JSON.stringify({
    v: chance.pick(['meta.k8s.io/v1', 'v7', text(chance)]),
    rv: chance.pick<unknown>([1, -1, 0, 5, 1.5, 2 ** 53, -(2 ** 63), 'x', null, [], {}]),
    start: chance.pick(['a', '/a', '../secrets/a', 'fuzz/../kube-system/a', 'a/./b', '//', text(chance)]),
  });
  const inner = chance.draw(3) === 0 ? mutated(chance, value) : value;
  const token = Buffer.from(inner).toString(chance.draw(4) === 0 ? 'base64' : 'base64url');
  const sent = chance.draw(4) === 0 ? mutated(chance, token) : token;
  return asked(
    'GET',
    `configmaps?limit=${chance.pick(['1', '0', '-1', 'x'])}&continue=${encodeURIComponent(sent.toWellFormed())}`,
    undefined,
    {},
  );
}

const names = [
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'timeoutSeconds',
  'timeout',
  'continue',
  'watch',
  'allowWatchBookmarks',
  'sendInitialEvents',
  'dryRun',
  'fieldManager',
  'fieldValidation',
  'force',
  'pretty',
  'gracePeriodSeconds',
  'propagationPolicy',
  'orphanDependents',
  'labelSelector',
  'shardSelector',
  'includeObject',
];
const values = [
  '',
  '0',
  '1',
  '-1',
  'true',
  'All',
  'x',
  '99999999999999999999',
  '9223372036854775807',
  '1ms',
  '0s',
  '1e9h',
  '1h1h',
];

function parameters(chance: Chance): Asked {
  const pairs = chance.some(
    6,
    () =>
      `${chance.pick(names)}=${encodeURIComponent((chance.draw(3) > 0 ? chance.pick(values) : text(chance)).toWellFormed())}`,
  );
  if (chance.draw(6) === 0) pairs.push(chance.pick(['%zz=1', '&&', 'a;b', '=', '%00=%00', `${'a=b&'.repeat(1000)}`]));
  const method = chance.pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
  const target = method === 'POST' || chance.draw(3) === 0 ? 'configmaps' : 'configmaps/one';
  const body = method === 'GET' || method === 'DELETE' ? undefined : '{"metadata":{"name":"one"}}';
  const headers = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : json;
  return asked(method, `${target}?${pairs.join('&')}`, body, headers);
}

function paths(chance: Chance): Asked {
  const segment = (): string =>
    chance.pick([
      '..',
      '.',
      '',
      '%2e%2e',
      '%2F',
      '%00',
      '%ff',
      '%',
      '%25',
      'a%2Fb',
      'one',
      'configmaps',
      'namespaces',
      'fuzz',
      'watch',
      'proxy',
      'status',
      'api',
      'apis',
      'v1',
      encodeURIComponent(text(chance).toWellFormed()),
    ]);
  const root = chance.pick([
    '',
    '/api',
    '/api/v1',
    '/apis/apps/v1',
    '/api/v1/namespaces/fuzz',
    '/api/v1/nodes',
    '/openapi',
    '/version',
    '/healthz',
    '/metrics',
    '/debug',
  ]);
  const path = `${root}/${chance.some(6, segment).join('/')}`;
  return asked(chance.pick(['GET', 'GET', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE']), path, undefined, {});
}

const types = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/cbor',
  'text/plain',
  '*/*',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/merge-patch+json',
  'application/apply-patch+yaml',
];

/** Heads are latin1: what a transport hands over. */
function heads(chance: Chance): Asked {
  const latin = (value: string): string => value.replace(/[^\x20-\x7e\xa0-\xff]/g, '?');
  const headers: Record<string, string> = {};
  const set = (name: string, make: () => string): void => {
    if (chance.draw(2) === 0) headers[name] = latin(make());
  };
  set('accept', () => mutated(chance, chance.pick(types)));
  set('content-type', () => mutated(chance, chance.pick(types)));
  set('accept-encoding', () => text(chance));
  set('content-encoding', () => chance.pick(['gzip', 'br', text(chance)]));
  set('user-agent', () => text(chance));
  set('range', () => 'bytes=0-18446744073709551615');
  set('if-none-match', () => text(chance));
  set('audit-id', () => text(chance));
  set('expect', () => '100-continue');
  set('authorization', () => `${chance.pick(['Bearer', 'Basic', ''])} ${text(chance)}`);
  set('impersonate-user', () => text(chance));
  set('x-remote-user', () => text(chance));
  set('upgrade', () => chance.pick(['websocket', 'SPDY/3.1', 'h2c']));
  set('connection', () => chance.pick(['upgrade', 'close', 'keep-alive, upgrade']));
  const method = chance.pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
  return asked(
    method,
    method === 'POST' ? 'configmaps?dryRun=All' : 'configmaps/one?dryRun=All',
    method === 'GET' ? undefined : '{"metadata":{"name":"one"},"dryRun":["All"]}',
    headers,
  );
}

const vectors = await loadVectors();

/** A vector of upstream's with bytes changed, cut, repeated or nested. */
function protobuf(chance: Chance): Asked {
  const { path, bytes } = chance.pick(vectors);
  let result = Buffer.from(bytes);
  for (let count = chance.draw(4); count >= 0; count--) {
    const at = chance.draw(Math.max(1, result.length));
    switch (chance.draw(6)) {
      case 0:
        result = result.subarray(0, at);
        break;
      case 1:
        result[at] = chance.draw(256);
        break;
      case 2:
        result[at] = (result[at] ?? 0) ^ (1 << chance.draw(8));
        break;
      case 3:
        // Lengths beyond the end, endless varints.
        result = Buffer.concat([result.subarray(0, at), Buffer.alloc(chance.draw(12), 0xff), result.subarray(at)]);
        break;
      case 4:
        // Groups: their tags begin and end.
        result = Buffer.concat([
          result.subarray(0, at),
          Buffer.alloc(chance.draw(2000), chance.pick([0x0b, 0x0c, 0x13])),
          result.subarray(at),
        ]);
        break;
      default: {
        const piece = result.subarray(at, at + chance.draw(200));
        result = Buffer.concat([result.subarray(0, at), piece, piece, result.subarray(at)]);
      }
    }
  }
  return asked('POST', `${path}?dryRun=All`, result, { 'content-type': 'application/vnd.kubernetes.protobuf' });
}

const pointers = [
  '',
  '/',
  '/data',
  '/data/a',
  '/metadata/labels',
  '/metadata/name',
  '/metadata/finalizers/0',
  '/imagePullSecrets',
  '/imagePullSecrets/-',
  '/imagePullSecrets/0',
  '/imagePullSecrets/-1',
  '/imagePullSecrets/99999999999999999999',
  '/__proto__/x',
  '/constructor/prototype',
  '/a~2',
  '/kind',
  `${'/a'.repeat(2000)}`,
];
const leaves: readonly unknown[] = [
  null,
  0,
  -1,
  1e308,
  '',
  'x',
  [],
  {},
  [null],
  { a: null },
  { name: 'x' },
  [{ name: 'x' }],
  'x'.repeat(5000),
  true,
];

function jsonPatches(chance: Chance): Asked {
  const operations = chance.some(30, () => ({
    op: chance.pick<unknown>(['add', 'remove', 'replace', 'move', 'copy', 'test', 'foo', 5]),
    path: chance.draw(5) > 0 ? chance.pick(pointers) : text(chance),
    ...(chance.draw(2) === 0 ? { from: chance.draw(5) > 0 ? chance.pick(pointers) : chance.pick(leaves) } : {}),
    ...(chance.draw(3) > 0 ? { value: chance.pick(leaves) } : {}),
  }));
  const body = JSON.stringify(operations);
  return asked(
    'PATCH',
    `${chance.pick(['configmaps/one', 'serviceaccounts/one'])}?dryRun=All`,
    chance.draw(8) === 0 ? mutated(chance, body) : body,
    { 'content-type': 'application/json-patch+json' },
  );
}

const fields = [
  'metadata',
  'data',
  'binaryData',
  'immutable',
  'imagePullSecrets',
  'secrets',
  'name',
  'labels',
  'annotations',
  'finalizers',
  'ownerReferences',
  'managedFields',
  'kind',
  'apiVersion',
  '$patch',
  '$retainKeys',
  '$setElementOrder/imagePullSecrets',
  '$setElementOrder/finalizers',
  '$deleteFromPrimitiveList/finalizers',
  '$foo',
  '__proto__',
  'resourceVersion',
  'uid',
];
const directives: readonly unknown[] = ['delete', 'replace', 'merge', 'foo', 5, ['name'], [{ name: 'x' }], null];

function tree(chance: Chance, depth: number): unknown {
  if (depth === 0 || chance.draw(4) === 0) return chance.draw(3) > 0 ? chance.pick(leaves) : text(chance);
  if (chance.draw(4) === 0) return chance.some(3, () => tree(chance, depth - 1));
  const object: Record<string, unknown> = {};
  for (const name of chance.some(5, () => chance.pick(fields))) {
    const value = name.startsWith('$') ? chance.pick(directives) : tree(chance, depth - 1);
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return object;
}

function mergePatches(chance: Chance): Asked {
  const type = chance.pick(['merge', 'strategic-merge']);
  const body = JSON.stringify(tree(chance, 5));
  return asked(
    'PATCH',
    `${chance.pick(['configmaps/one', 'serviceaccounts/one'])}?dryRun=All`,
    chance.draw(8) === 0 ? mutated(chance, body) : body,
    { 'content-type': `application/${type}-patch+json` },
  );
}

function applies(chance: Chance): Asked {
  const object = {
    apiVersion: chance.pick(['v1', 'v1', 'v1', 'v7', '']),
    kind: chance.pick(['ConfigMap', 'ConfigMap', 'ServiceAccount', '']),
    metadata: {
      name: 'one',
      ...(chance.draw(3) === 0 ? { managedFields: tree(chance, 3), resourceVersion: text(chance) } : {}),
    },
    ...(chance.draw(2) === 0 ? { data: tree(chance, 2) } : {}),
    ...(chance.draw(4) === 0 ? { imagePullSecrets: tree(chance, 2) } : {}),
  };
  const body = JSON.stringify(object);
  return asked(
    'PATCH',
    `configmaps/one?dryRun=All&fieldManager=${chance.pick(['me', '', encodeURIComponent(text(chance).toWellFormed())])}&force=${chance.pick(['', 'true', 'x'])}`,
    chance.draw(4) === 0 ? mutated(chance, body) : body,
    { 'content-type': 'application/apply-patch+yaml' },
  );
}

/** Fields that writers give. */
function managedFields(chance: Chance): Asked {
  const fieldSet = (depth: number): unknown => {
    if (depth === 0) return chance.pick<unknown>([{}, null, 5, []]);
    const key = (): string =>
      chance.pick([
        'f:data',
        'f:a',
        '.',
        'k:{"name":"x"}',
        'k:{',
        'v:"x"',
        'v:',
        'i:0',
        'i:x',
        '',
        'f:',
        '__proto__',
        text(chance),
      ]);
    return Object.fromEntries(chance.some(4, () => [key(), fieldSet(depth - 1)]));
  };
  const entries = chance.some(8, () => ({
    manager: text(chance),
    operation: chance.pick(['Update', 'Apply', 'x', '']),
    apiVersion: chance.pick(['v1', 'apps/v1', 'v7', '', text(chance)]),
    fieldsType: chance.pick(['FieldsV1', 'x', '']),
    fieldsV1: fieldSet(4),
    time: chance.pick(['2026-01-01T00:00:00Z', 'x', null]),
    subresource: chance.pick(['', 'status', text(chance)]),
  }));
  return asked(
    'PUT',
    'configmaps/one?dryRun=All',
    JSON.stringify({ metadata: { name: 'one', managedFields: entries } }),
  );
}

const yamlPieces = [
  'a: b\n',
  '- x\n',
  'a: &a [*a]\n',
  '? [a]\n: b\n',
  '<<: *a\n',
  '&a ',
  '*a ',
  '!!binary x',
  '!!float .nan',
  '!<tag:x> ',
  '| \n x\n',
  '>-\n',
  '"\\x"',
  "'",
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\t',
  '---\n',
  '...\n',
  '%YAML 9.9\n',
  '# c\n',
  '0x1f',
  '1e400',
  '1:60',
  '~',
  '\u0000',
  '\ufeff',
  '\u2028',
  '  ',
  '\n',
];

function yaml(chance: Chance): Asked {
  const body =
    chance.draw(2) === 0
      ? chance.some(40, () => chance.pick(yamlPieces)).join('')
      : mutated(
          chance,
          'apiVersion: v1\nkind: ConfigMap\nmetadata: &m\n  name: one\n  labels: {a: "b"}\ndata: &d\n  a: "1"\n  <<: *d\n',
        );
  return asked('POST', 'configmaps?dryRun=All', body, { 'content-type': 'application/yaml' });
}

const patterns = [
  '^a+$',
  '(a+)+$',
  '(?<!x)',
  '\\1',
  '(?=x)',
  '[',
  'a{1000}',
  '(a{1000}){1000}',
  '\\p{Greek}',
  '('.repeat(50),
];
const rules = [
  'self == self',
  'self.x',
  'self.all(x, x == x)',
  'true ? 1 : 2',
  '"a".matches("(a+)+$")',
  '[1,2].map(x, [x].map(y, y))',
  'self + self',
  '1/0 == 1',
  '""+1',
  'has(self.a)',
  '('.repeat(60),
  'quantity("9e99999").isGreaterThan(quantity("1"))',
  'duration("x")',
  'oldSelf',
  '"x".replace("", "y", -1)',
  '9223372036854775807 + 1 > 0',
];

function schemas(chance: Chance): Asked {
  const schema = (depth: number): Record<string, unknown> => ({
    type: chance.pick(['object', 'array', 'string', 'integer', 'number', 'boolean', 'x', undefined]),
    ...(chance.draw(3) === 0 ? { pattern: chance.draw(3) > 0 ? chance.pick(patterns) : text(chance) } : {}),
    ...(chance.draw(4) === 0 ? { format: chance.pick(['int32', 'date-time', 'cidr', 'x']) } : {}),
    ...(chance.draw(4) === 0 ? { enum: chance.pick(leaves) } : {}),
    ...(chance.draw(4) === 0 ? { default: chance.pick(leaves) } : {}),
    ...(chance.draw(4) === 0
      ? { maxLength: chance.pick([0, -1, 1e15, 5]), minimum: chance.pick([0, 'x', 1e308]) }
      : {}),
    ...(chance.draw(4) === 0
      ? {
          'x-kubernetes-validations': chance.some(3, () => ({
            rule: chance.draw(4) > 0 ? chance.pick(rules) : mutated(chance, chance.pick(rules)),
            messageExpression: chance.pick(['"x"', 'self', '1']),
          })),
        }
      : {}),
    ...(chance.draw(5) === 0
      ? {
          'x-kubernetes-list-type': chance.pick(['map', 'set', 'atomic', 'x']),
          'x-kubernetes-list-map-keys': chance.pick<unknown>([['a'], [], 'a']),
        }
      : {}),
    ...(chance.draw(5) === 0
      ? { 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-embedded-resource': chance.draw(2) === 0 }
      : {}),
    ...(depth > 0
      ? {
          [chance.pick(['properties', 'additionalProperties', 'items', 'allOf', 'not', '$ref', 'patternProperties'])]:
            chance.pick<unknown>([
              { a: schema(depth - 1), __proto__: {} },
              schema(depth - 1),
              [schema(depth - 1)],
              true,
              '#/definitions/x',
            ]),
        }
      : {}),
  });
  const body = {
    metadata: { name: 'fs.fuzz.io' },
    spec: {
      group: 'fuzz.io',
      scope: 'Namespaced',
      names: { plural: 'fs', kind: 'F', listKind: 'FList', singular: 'f' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: schema(5) } } },
        },
      ],
    },
  };
  return asked('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All', JSON.stringify(body));
}

function quantities(chance: Chance): Asked {
  const digits = (): string =>
    chance.pick(['0', '1', '007', '9'.repeat(30), '9'.repeat(2000), '1.5', '.5', '5.', '-1', '+1', '']);
  const suffix = (): string =>
    chance.pick(['', 'm', 'n', 'Ki', 'Ei', 'e3', 'E400', 'e-400', 'e99999999', 'E', 'x', 'kk']);
  const limits = Object.fromEntries(
    chance.some(4, () => [chance.pick(['cpu', 'memory', 'example.com/x', text(chance)]), `${digits()}${suffix()}`]),
  );
  const body = {
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'x', resources: { limits, requests: limits } }] },
  };
  return asked('POST', 'pods?dryRun=All', JSON.stringify(body));
}

export const parts: Readonly<Record<string, Part>> = {
  selectors,
  'continue tokens': continueTokens,
  'query parameters': parameters,
  paths,
  heads,
  'protobuf bytes': protobuf,
  'JSON patches': jsonPatches,
  'merge patches': mergePatches,
  'applied configurations': applies,
  'managed fields': managedFields,
  YAML: yaml,
  'schemas of custom resources': schemas,
  quantities,
};
