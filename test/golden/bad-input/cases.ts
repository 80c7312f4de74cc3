/**
 * Requests that are wrong in their parts: heads, media types, paths, parameters, bodies, patches. What upstream answers to them is recorded
 * by tools/record-golden/bad-input.ts.
 */

export interface BadInput {
  readonly name: string;
  readonly method: string;
  /** As it goes over the wire; below the namespace of the cases or, from '/', whole. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export const badInputNamespace = 'golden-bad-input';

const encoder = new TextEncoder();
const json = { 'content-type': 'application/json' };
const yaml = { 'content-type': 'application/yaml' };
const protobuf = { 'content-type': 'application/vnd.kubernetes.protobuf' };

interface Parts {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

function bad(name: string, method: string, target: string, { headers = {}, body }: Parts = {}): BadInput {
  const bytes = typeof body === 'string' ? encoder.encode(body) : body;
  return { name, method, target, headers, ...(bytes ? { body: bytes } : {}) };
}

const good = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"}}';
const dryCreate = 'configmaps?dryRun=All';
const token = (value: unknown): string =>
  btoa(typeof value === 'string' ? value : JSON.stringify(value))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** Those that everything else needs. */
export const setUp: readonly BadInput[] = [
  bad('a config map', 'POST', 'configmaps', {
    headers: json,
    body: '{"metadata":{"name":"one"},"data":{"a":"1","b":"2"}}',
  }),
  bad('a service account', 'POST', 'serviceaccounts', {
    headers: json,
    body: '{"metadata":{"name":"one"},"imagePullSecrets":[{"name":"x"},{"name":"y"}]}',
  }),
];

const contentTypes: readonly (string | undefined)[] = [
  undefined,
  'json',
  'application/json;',
  'application/json; charset=utf-8',
  'application/json; charset',
  'application/json; charset=a; charset=b',
  ';;',
  'application/json, text/plain',
  'text/plain',
  'application/cbor',
  'application/octet-stream',
  'APPLICATION/JSON',
  ' application/json ',
  'application/json;stream=watch',
  'application / json',
  '*/*',
  'application/json; a="unclosed',
];

const typed: readonly BadInput[] = [
  ...contentTypes.flatMap((type) => {
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    const of = type === undefined ? 'no type' : JSON.stringify(type);
    return [
      bad(`create with ${of}`, 'POST', dryCreate, { headers, body: good }),
      bad(`update with ${of}`, 'PUT', 'configmaps/one?dryRun=All', {
        headers,
        body: '{"metadata":{"name":"one"}}',
      }),
      bad(`patch with ${of}`, 'PATCH', 'configmaps/one?dryRun=All', { headers, body: '{}' }),
      bad(`delete with ${of}`, 'DELETE', 'configmaps/one?dryRun=All', { headers, body: '{"dryRun":["All"]}' }),
    ];
  }),
  bad('delete of a collection with no type', 'DELETE', 'configmaps', { body: '{"dryRun":["All"]}' }),
  bad('evict with no type', 'POST', 'pods/nobody/eviction', { body: '{"metadata":{"name":"nobody"}}' }),
  bad('bind with no type', 'POST', 'pods/nobody/binding', { body: '{"metadata":{"name":"nobody"}}' }),
  bad('create without type and body', 'POST', dryCreate),
  bad('create without body', 'POST', dryCreate, { headers: json }),
  bad('patch type with a parameter', 'PATCH', 'configmaps/one?dryRun=All', {
    headers: { 'content-type': 'application/merge-patch+json; charset=utf-8' },
    body: '{}',
  }),
  bad('patch type in capitals', 'PATCH', 'configmaps/one?dryRun=All', {
    headers: { 'content-type': 'APPLICATION/MERGE-PATCH+JSON' },
    body: '{}',
  }),
];

const accepts = [
  'text/plain',
  'application/cbor',
  'application/json;as=Foo;v=v1;g=meta.k8s.io',
  'application/json;as=Table;v=v7;g=meta.k8s.io',
  'application/json;as=Table;v=v1;g=other',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  'application/json;q=0',
  ';;,=',
  'application/json;stream=foo',
  'text/*',
];

/** That no path has. */
const unknown = new Set(['application/cbor', ';;,=', 'text/*']);

const accepted: readonly BadInput[] = accepts.flatMap((accept) => {
  const headers = { accept };
  return [
    bad(`get as ${accept}`, 'GET', 'configmaps/one', { headers }),
    bad(`list as ${accept}`, 'GET', 'configmaps', { headers }),
    bad(`create as ${accept}`, 'POST', dryCreate, { headers: { ...headers, ...json }, body: good }),
    bad(`discovery as ${accept}`, 'GET', '/api/v1', { headers }),
    bad(`version as ${accept}`, 'GET', '/version', { headers }),
    bad(`health as ${accept}`, 'GET', '/healthz', { headers }),
    bad(`openapi as ${accept}`, 'GET', '/openapi/v2', { headers }),
    ...(unknown.has(accept) ? [bad(`log as ${accept}`, 'GET', 'pods/nobody/log', { headers })] : []),
    bad(`a delete as ${accept}`, 'DELETE', 'configmaps/nobody', { headers }),
  ];
});

const versions = [
  'x',
  '-1',
  '1.5',
  '0x10',
  '+5',
  '01',
  '%20',
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551615',
  '18446744073709551616',
  '99999999999999999999999',
];
const wrongVersions = versions.slice(0, 4);

const versioned: readonly BadInput[] = [
  ...versions.map((version) => bad(`list at ${version}`, 'GET', `configmaps?resourceVersion=${version}`)),
  ...versions
    .filter((version) => version !== '01')
    .map((version) =>
      bad(`list exactly at ${version}`, 'GET', `configmaps?resourceVersion=${version}&resourceVersionMatch=Exact`),
    ),
  ...versions.map((version) => bad(`get at ${version}`, 'GET', `configmaps/one?resourceVersion=${version}`)),
  ...[...wrongVersions, '18446744073709551616'].map((version) =>
    bad(`watch from ${version}`, 'GET', `configmaps?watch=1&timeoutSeconds=1&resourceVersion=${version}`),
  ),
  ...wrongVersions.map((version) =>
    bad(
      `watch list from ${version}`,
      'GET',
      `configmaps?watch=1&timeoutSeconds=1&sendInitialEvents=1&resourceVersionMatch=NotOlderThan&resourceVersion=${version}`,
    ),
  ),
  ...versions.map((version) =>
    bad(`update at ${version}`, 'PUT', 'configmaps/one?dryRun=All', {
      headers: json,
      body: JSON.stringify({ metadata: { name: 'one', resourceVersion: decodeURIComponent(version) } }),
    }),
  ),
  ...versions.map((version) =>
    bad(`patch at ${version}`, 'PATCH', 'configmaps/one?dryRun=All', {
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ metadata: { resourceVersion: decodeURIComponent(version) } }),
    }),
  ),
  bad('delete at x', 'DELETE', 'configmaps/one?dryRun=All', {
    headers: json,
    body: '{"preconditions":{"resourceVersion":"x"},"dryRun":["All"]}',
  }),
];

const v = 'meta.k8s.io/v1';
const tokens: Readonly<Record<string, string>> = {
  abc: 'abc',
  'a sign that base64 has not': '%21%21%21%21',
  'a length that base64 has not': 'abcde',
  padded: 'e30%3D',
  'no JSON': token('hello'),
  'broken JSON': token('{"v":'),
  'a list': token([]),
  'a number': token(5),
  null: token(null),
  'an empty object': token({}),
  'another version': token({ v: 'v7', rv: 1, start: 'a' }),
  'a version that is a number': token({ v: 7, rv: 1, start: 'a' }),
  'no revision': token({ v, start: 'a' }),
  'revision zero': token({ v, rv: 0, start: 'a' }),
  'a revision that is a text': token({ v, rv: 'x', start: 'a' }),
  'half a revision': token({ v, rv: 1.5, start: 'a' }),
  'a revision of the future': token(`{"v":"${v}","rv":9007199254740991,"start":"${badInputNamespace}/a"}`),
  'a revision beyond int64': token(`{"v":"${v}","rv":9223372036854775808,"start":"a"}`),
  'no start': token({ v, rv: 1 }),
  'an empty start': token({ v, rv: 1, start: '' }),
  'a start that is a number': token({ v, rv: 1, start: 5 }),
  'a way up': token({ v, rv: 1, start: '../secrets' }),
  'a way up inside': token({ v, rv: 1, start: `${badInputNamespace}/../../secrets/` }),
  'a dot': token({ v, rv: 1, start: './a' }),
  'a double slash': token({ v, rv: 1, start: `${badInputNamespace}//a` }),
  'a leading slash': token({ v, rv: -1, start: '/a' }),
  'another namespace': token({ v, rv: -1, start: 'a/b' }),
  'text after the JSON': token(`{"v":"${v}","rv":1,"start":"a"} x`),
};

const continued: readonly BadInput[] = [
  ...Object.entries(tokens).map(([name, text]) =>
    bad(`continue with ${name}`, 'GET', `configmaps?limit=1&continue=${text}`),
  ),
  bad('continue at a version', 'GET', `configmaps?continue=${token({ v, rv: 1, start: 'a' })}&resourceVersion=5`),
  bad('continue from a version', 'GET', `configmaps?continue=${token({ v, rv: -1, start: 'a' })}&resourceVersion=0`),
];

const paths: readonly BadInput[] = [
  'configmaps/a%2Fb',
  'configmaps/a%2fb',
  'configmaps/%2e%2e',
  'configmaps/%2e',
  'configmaps/..%2f..%2fsecrets',
  'configmaps/%00',
  'configmaps/a%00b',
  'configmaps/a%20b',
  'configmaps/%F0%9F%92%A5',
  'configmaps/%ff',
  'configmaps/a%25b',
  'configmaps/A_',
  `configmaps/${'a'.repeat(300)}`,
  'configmaps/one/status',
  'configmaps/one/foo',
  'configmaps/one/a/b/c',
  'configmaps/one%3Fwatch=1',
  'configmaps/',
  'configmaps/one/',
  'secrets%2Fone',
  'configmap%73/one',
  'nothing/one',
  '/api/v1/namespaces/a%2Fb/configmaps',
  '/api/v1/namespaces/%2e%2e/configmaps',
  '/api/v1/namespaces/%2e%2e/configmaps/one',
  '/api/v1/namespaces/a%2Fb',
  '/api/v1/nodes/a%2Fb',
  '/api/v1/nodes/%2e%2e',
  '/api/v1/configmaps/one',
  '/api/v1/namespaces/x/nodes',
  '/api/v1/namespaces/x/nodes/a',
  '/api/v7/configmaps',
  '/apis/none/v1/things',
  '/api/v1/watch',
  '/api/v1/%',
  '/nothing',
  '/nothing%2Fthere',
].map((target) => bad(`get ${target.length > 100 ? 'a long name' : target}`, 'GET', target));

const methods: readonly BadInput[] = [
  bad('post to an object', 'POST', 'configmaps/one', { headers: json, body: good }),
  bad('put to a collection', 'PUT', 'configmaps', { headers: json, body: good }),
  bad('patch of a collection', 'PATCH', 'configmaps', {
    headers: { 'content-type': 'application/merge-patch+json' },
    body: '{}',
  }),
  bad('delete of all namespaces', 'DELETE', '/api/v1/namespaces'),
  bad('options of an object', 'OPTIONS', 'configmaps/one'),
  bad('trace of an object', 'TRACE', 'configmaps/one'),
  bad('delete of the version', 'DELETE', '/version'),
];

const bom = '\ufeff';
const utf16 = Uint8Array.from([0xff, 0xfe, ...[...good].flatMap((sign) => [sign.charCodeAt(0), 0])]);
const invalidUtf8 = Uint8Array.from([
  ...encoder.encode('{"metadata":{"name":"m"},"data":{"a":"'),
  0xff,
  0xfe,
  ...encoder.encode('"}}'),
]);

const jsonBodies: Readonly<Record<string, string | Uint8Array>> = {
  'a byte order mark': bom + good,
  'UTF-16': utf16,
  'bytes that are no UTF-8': invalidUtf8,
  'half a surrogate pair': '{"metadata":{"name":"m"},"data":{"a":"\\ud800"}}',
  'a NUL': '\u0000',
  'text after it': `${good}x`,
  'two objects': `${good}${good}`,
  'space around it': ` \n\t${good}\r\n `,
  null: 'null',
  'a number too large': '{"metadata":{"name":"m","generation":1e400}}',
  'a number that is no integer': '{"metadata":{"name":"m","generation":1.5}}',
  'a comment': '{"metadata":{"name":"m"}/**/}',
  'single quotes': "{'metadata':{}}",
  'a control character': '{"metadata":{"name":"a\u0001"}}',
  'an unfinished object': '{"metadata":{"name":"m"',
  'an unfinished text': '{"metadata":{"name":"m',
  'a bad escape': '{"metadata":{"name":"\\x"}}',
  NaN: '{"metadata":{"generation":NaN}}',
  'a leading zero': '{"metadata":{"generation":01}}',
  'a protobuf envelope': 'k8s\u0000',
  'another case of a field': '{"Metadata":{"name":"m"}}',
  __proto__: '{"metadata":{"name":"m"},"data":{"__proto__":"x"},"__proto__":{"data":{}}}',
};

const yamlBodies: Readonly<Record<string, string | Uint8Array>> = {
  'a byte order mark': `${bom}metadata:\n  name: m\n`,
  'UTF-16': utf16,
  'bytes that are no UTF-8': invalidUtf8,
  'two documents': 'metadata: {name: m}\n---\nmetadata: {name: n}\n',
  nothing: '# a comment\n',
  'a scalar': 'x',
  'a list': '- a',
  'a tab': 'metadata:\n\tname: m\n',
  'an unknown tag': 'metadata: !!js/function "x"\n',
  'keys that are numbers': 'metadata: {name: m}\ndata: {1: a, true: b}\n',
  'a key that is a list': 'metadata: {name: m}\ndata: {[a]: b}\n',
  'a date': 'metadata: {name: 2026-01-01}\n',
  'a binary': 'metadata: {name: !!binary aGFsbG8=}\n',
  'an unknown anchor': 'metadata: *x\n',
  'an anchor in itself': 'metadata: &x {labels: *x}\n',
  'a duplicate key': 'metadata: {name: m}\nmetadata: {name: n}\n',
  infinity: 'metadata: {name: m, generation: .inf}\n',
};

const bodies: readonly BadInput[] = [
  ...Object.entries(jsonBodies).map(([name, body]) =>
    bad(`create with a body of JSON: ${name}`, 'POST', dryCreate, { headers: json, body }),
  ),
  ...Object.entries(yamlBodies).map(([name, body]) =>
    bad(`create with a body of YAML: ${name}`, 'POST', dryCreate, { headers: yaml, body }),
  ),
  ...Object.entries({
    'an empty envelope': 'k8s\u0000',
    'no envelope': '\u000a\u0002v1',
    JSON: good,
    'half a prefix': 'k8s',
    'an envelope that ends early': 'k8s\u0000\u000a\u000a',
    'wire type 6': 'k8s\u0000\u000e',
    'a group that ends': 'k8s\u0000\u000c',
    'field number zero': 'k8s\u0000\u0002\u0000',
    'a kind and no object': 'k8s\u0000\u000a\u000f\u000a\u0002v1\u0012\u0009ConfigMap',
    'an unknown kind': 'k8s\u0000\u000a\u0009\u000a\u0002v1\u0012\u0003Foo',
    'another kind': 'k8s\u0000\u000a\u000c\u000a\u0002v1\u0012\u0006Secret',
    'an object that ends early': 'k8s\u0000\u000a\u000f\u000a\u0002v1\u0012\u0009ConfigMap\u0012\u0002\u000a\u0005',
    'a content encoding': 'k8s\u0000\u000a\u000f\u000a\u0002v1\u0012\u0009ConfigMap\u001a\u0004gzip',
    'a content type': 'k8s\u0000\u000a\u000f\u000a\u0002v1\u0012\u0009ConfigMap\u0022\u0010application/json',
  }).map(([name, body]) =>
    bad(`create with a body of protobuf: ${name}`, 'POST', dryCreate, { headers: protobuf, body }),
  ),
];

const selectors = [
  'labelSelector=((',
  'labelSelector=a%20in%20(',
  'labelSelector=!',
  'labelSelector=!!a',
  'labelSelector=a%3D%3D',
  'labelSelector=a%3Db%3Dc',
  'labelSelector=a%3Eb',
  'labelSelector=a%3E1',
  'labelSelector=a%3E99999999999999999999',
  'labelSelector=%F0%9F%92%A5',
  'labelSelector=%00',
  'labelSelector=,',
  'labelSelector=a,,b',
  'labelSelector=a%20in%20()',
  'labelSelector=a%20notin%20(b,)',
  'labelSelector=a%20exists',
  `labelSelector=${'a'.repeat(70)}`,
  `labelSelector=a%3D${'b'.repeat(70)}`,
  'labelSelector=a/b/c',
  'labelSelector=A.b/c%3D-',
  'labelSelector=a&labelSelector=((',
  'fieldSelector=a',
  'fieldSelector=a%3Db',
  'fieldSelector=metadata.name',
  'fieldSelector=metadata.name%3Da%3Db',
  'fieldSelector=metadata.name%3D%5C',
  'fieldSelector=metadata.name%3Da,metadata.name%3Db',
  'fieldSelector=,',
  'fieldSelector=!metadata.name',
  'fieldSelector=metadata.name%3D%3D%3Da',
];

const parameters = [
  'watch=foo&timeoutSeconds=1&resourceVersion=x',
  'limit=x',
  'limit=1e3',
  'limit=%2B5',
  'limit=-9223372036854775809',
  'limit=1&limit=x',
  'timeoutSeconds=-1',
  'timeoutSeconds=x',
  'timeout=x',
  'timeout=-1s',
  'timeout=1000000h',
  'timeout=9999999999999h',
  'allowWatchBookmarks=x',
  'sendInitialEvents=x',
  'sendInitialEvents=true',
  'resourceVersionMatch=Exact',
  'resourceVersionMatch=foo',
  'resourceVersionMatch=NotOlderThan&resourceVersion=x',
  'resourceVersionMatch=Exact&resourceVersion=0',
  'pretty=foo',
  '%zz=1',
  'a=%zz',
  'a;b',
  '&&&=&',
  `x=${'y'.repeat(3000)}`,
  '%00=%00',
];

const untidyYaml = 'metadata:\n  zone: 1\n  name: a\n  name: b\n  alpha: 1\nzone: 1\ndata:\n  k: v\n  k: w\nalpha: 1\n';
const strict: readonly BadInput[] = [
  bad('strict YAML with fields that there are not and keys said twice', 'POST', `${dryCreate}&fieldValidation=Strict`, {
    headers: yaml,
    body: untidyYaml,
  }),
];

const queries: readonly BadInput[] = [
  ...selectors.map((query) =>
    bad(`list ${query.length > 60 ? `${query.slice(0, 20)}...` : query}`, 'GET', `configmaps?${query}`),
  ),
  ...parameters.map((query) => bad(`list ?${query.slice(0, 60)}`, 'GET', `configmaps?${query}`)),
  ...[
    'dryRun=None',
    'dryRun=All&dryRun=None',
    'dryRun=',
    'fieldValidation=x',
    'fieldManager=%00',
    `fieldManager=${'m'.repeat(129)}`,
    'dryRun=All&fieldValidation=Strict&fieldManager=%F0%9F%92%A5',
  ].map((query) =>
    bad(`create ?${query.slice(0, 40)}`, 'POST', `configmaps?${query}`, {
      headers: json,
      body: '{"metadata":{"name":"one"}}',
    }),
  ),
  ...[
    'gracePeriodSeconds=x',
    'gracePeriodSeconds=1.5',
    'gracePeriodSeconds=99999999999999999999',
    'propagationPolicy=x',
    'orphanDependents=x',
    'dryRun=x',
    'orphanDependents=true&propagationPolicy=Orphan',
    'ignoreStoreReadErrorWithClusterBreakingPotential=x',
    'preconditions=x',
  ].map((query) => bad(`delete ?${query}`, 'DELETE', `configmaps/nobody?${query}`)),
];

const jsonPatches: Readonly<Record<string, string>> = {
  nothing: '',
  'an object': '{}',
  null: 'null',
  'a text': '"x"',
  'a list of texts': '["x"]',
  'a list of nulls': '[null]',
  'no operation': '[{}]',
  'an unknown operation': '[{"op":"foo","path":"/a"}]',
  'an operation that is a number': '[{"op":1,"path":"/a"}]',
  'no path': '[{"op":"add","value":1}]',
  'a path that is null': '[{"op":"add","path":null,"value":1}]',
  'a path without a slash': '[{"op":"add","path":"a","value":1}]',
  'the whole': '[{"op":"replace","path":"","value":{"metadata":{"name":"one"}}}]',
  'the whole removed': '[{"op":"remove","path":""}]',
  'no value': '[{"op":"add","path":"/data/x"}]',
  'a missing parent': '[{"op":"add","path":"/x/y/z","value":1}]',
  'remove of nothing': '[{"op":"remove","path":"/data/none"}]',
  'a test that fails': '[{"op":"test","path":"/data/a","value":"2"}]',
  'a test of nothing': '[{"op":"test","path":"/data/none","value":"2"}]',
  'copy of nothing': '[{"op":"copy","from":"/data/none","path":"/data/x"}]',
  'copy without from': '[{"op":"copy","path":"/data/x"}]',
  'move into itself': '[{"op":"move","from":"/metadata","path":"/metadata/labels"}]',
  'a bad escape': '[{"op":"add","path":"/data/a~2","value":"x"}]',
  'a name changed': '[{"op":"replace","path":"/metadata/name","value":"two"}]',
  'a namespace changed': '[{"op":"replace","path":"/metadata/namespace","value":"other"}]',
  'the kind changed': '[{"op":"replace","path":"/kind","value":"Secret"}]',
  __proto__: '[{"op":"add","path":"/__proto__/x","value":"y"}]',
  constructor: '[{"op":"add","path":"/constructor/prototype/x","value":"y"}]',
  'an unknown field': '[{"op":"add","path":"/foo","value":"y"}]',
  'a value of another type': '[{"op":"add","path":"/data","value":[1]}]',
  'text after it': '[] x',
};
const elements = ['-', '-1', '-3', '2', '3', '01', '1e0', 'a', '99999999999999999999', ' 1', '+1', '0x1'];

const patches: readonly BadInput[] = [
  ...Object.entries(jsonPatches).map(([name, body]) =>
    bad(`JSON patch: ${name}`, 'PATCH', 'configmaps/one?dryRun=All', {
      headers: { 'content-type': 'application/json-patch+json' },
      body,
    }),
  ),
  ...['add', 'replace', 'remove'].flatMap((op) =>
    elements.map((element) =>
      bad(`JSON patch: ${op} at element ${element}`, 'PATCH', 'serviceaccounts/one?dryRun=All', {
        headers: { 'content-type': 'application/json-patch+json' },
        body: JSON.stringify([{ op, path: `/imagePullSecrets/${element}`, value: { name: 'z' } }]),
      }),
    ),
  ),
  ...Object.entries({
    nothing: '',
    null: 'null',
    'a list': '[]',
    'a text': '"x"',
    'text after it': '{} x',
    'metadata gone': '{"metadata":null}',
    'metadata that is a list': '{"metadata":[]}',
    'a byte order mark': `${bom}{}`,
    'data of another type': '{"data":{"a":{"b":"c"}}}',
    'the kind changed': '{"kind":"Secret"}',
    'the name gone': '{"metadata":{"name":null}}',
    'a name changed': '{"metadata":{"name":"two"}}',
    __proto__: '{"__proto__":{"x":1},"data":{"__proto__":"1"}}',
  }).flatMap(([name, body]) =>
    ['merge', 'strategic-merge'].map((type) =>
      bad(`${type} patch: ${name}`, 'PATCH', 'configmaps/one?dryRun=All', {
        headers: { 'content-type': `application/${type}-patch+json` },
        body,
      }),
    ),
  ),
  ...Object.entries({
    'an unknown directive': '{"imagePullSecrets":[{"$patch":"foo","name":"x"}]}',
    'a directive of another type': '{"imagePullSecrets":[{"$patch":5,"name":"x"}]}',
    'a delete without its key': '{"imagePullSecrets":[{"$patch":"delete"}]}',
    'an element without its key': '{"imagePullSecrets":[{}]}',
    'an element that is no object': '{"imagePullSecrets":["x"]}',
    'an order that is no list': '{"$setElementOrder/imagePullSecrets":5}',
    'an order of texts': '{"$setElementOrder/imagePullSecrets":["x"]}',
    'an order without the element':
      '{"$setElementOrder/imagePullSecrets":[{"name":"y"}],"imagePullSecrets":[{"name":"x"}]}',
    'kept keys that are no list': '{"metadata":{"$retainKeys":5}}',
    'kept keys without those that are set': '{"metadata":{"$retainKeys":["name"],"labels":{"a":"b"}}}',
    'deletes from a list of objects': '{"$deleteFromPrimitiveList/imagePullSecrets":["x"]}',
    'deletes that are no list': '{"metadata":{"$deleteFromPrimitiveList/finalizers":"x"}}',
    'replace of the whole': '{"$patch":"replace"}',
    'delete of the whole': '{"$patch":"delete"}',
    'an unknown dollar': '{"$foo":1}',
    'a list that is an object': '{"imagePullSecrets":{"name":"x"}}',
  }).map(([name, body]) =>
    bad(`strategic directives: ${name}`, 'PATCH', 'serviceaccounts/one?dryRun=All', {
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
      body,
    }),
  ),
  ...Object.entries({
    'a text for a map': '{"metadata":{"labels":"x"}}',
    'a list for a map': '{"metadata":{"labels":[1]}}',
    'a number for a map': '{"metadata":{"annotations":1}}',
    'a fraction for a map': '{"metadata":{"annotations":1.5}}',
    'a number in a map of texts': '{"metadata":{"labels":{"a":1}}}',
    'a boolean in a map of texts': '{"metadata":{"labels":{"a":true}}}',
    'a fraction for a text': '{"metadata":{"generateName":1.5}}',
    'an object for a list': '{"secrets":{"name":"x"}}',
    'a boolean for a list': '{"metadata":{"finalizers":true}}',
    'a text for a boolean': '{"automountServiceAccountToken":"x"}',
    'a number for a boolean': '{"automountServiceAccountToken":0}',
    'a text for a number': '{"metadata":{"generation":"x"}}',
    'a fraction for a number': '{"metadata":{"generation":1.5}}',
    'a boolean for a number': '{"metadata":{"generation":false}}',
    'a number for a time': '{"metadata":{"creationTimestamp":5}}',
    'a text for a time': '{"metadata":{"creationTimestamp":"x"}}',
    'an unknown field beside it': '{"foo":1,"metadata":{"labels":"x"}}',
  }).map(([name, body]) =>
    bad(`strategic types: ${name}`, 'PATCH', 'serviceaccounts/one?dryRun=All', {
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
      body,
    }),
  ),
  ...Object.entries({
    nothing: '',
    'no kind': 'metadata: {name: one}',
    'no version': 'kind: ConfigMap',
    'two documents': 'apiVersion: v1\nkind: ConfigMap\n---\napiVersion: v1\nkind: ConfigMap\n',
    'managed fields': '{apiVersion: v1, kind: ConfigMap, metadata: {name: one, managedFields: [{manager: x}]}}',
    'another name': '{apiVersion: v1, kind: ConfigMap, metadata: {name: two}}',
    'another namespace': '{apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: other}}',
    'a resource version': '{apiVersion: v1, kind: ConfigMap, metadata: {name: one, resourceVersion: x}}',
    'a byte order mark': `${bom}{apiVersion: v1, kind: ConfigMap, metadata: {name: one}}`,
  }).map(([name, body]) =>
    bad(`apply: ${name}`, 'PATCH', 'configmaps/one?dryRun=All&fieldManager=me', {
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body,
    }),
  ),
  bad('apply without a manager', 'PATCH', 'configmaps/one?dryRun=All', {
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: '{apiVersion: v1, kind: ConfigMap, metadata: {name: one}}',
  }),
];

const heads: readonly BadInput[] = [
  bad('a range', 'GET', 'configmaps/one', { headers: { range: 'bytes=0-1' } }),
  bad('an expectation', 'GET', 'configmaps/one', { headers: { 'if-match': '"x"', 'if-none-match': '*' } }),
  bad('an audit id of nonsense', 'GET', 'configmaps/one', { headers: { 'audit-id': 'x'.repeat(1000) } }),
  bad('an encoded body', 'POST', dryCreate, { headers: { ...json, 'content-encoding': 'gzip' }, body: '\u001f\u008b' }),
];

export const badInputs: readonly BadInput[] = [
  ...typed,
  ...accepted,
  ...versioned,
  ...continued,
  ...paths,
  ...methods,
  ...bodies,
  ...queries,
  ...strict,
  ...patches,
  ...heads,
];

export interface BadInputAnswer {
  readonly code: number;
  readonly contentType: string;
  /** Of a Status. */
  readonly reason?: string;
  readonly message?: string;
  readonly causes?: readonly string[];
  /** Of what is no Status and no object: its first words. */
  readonly text?: string;
}

/** What is compared of an answer; of those that went well no more than the code and what they are. */
export function badInputAnswer(code: number, contentType: string, text: string): BadInputAnswer {
  const head = { code, contentType };
  const body = objectOf(withoutChance(text));
  const status = body?.type === 'ERROR' ? (body.object as Record<string, unknown>) : body;
  if (status?.kind === 'Status') {
    const { reason, message, details } = status as {
      readonly reason?: string;
      readonly message?: string;
      readonly details?: { readonly causes?: readonly { readonly field?: string; readonly message?: string }[] };
    };
    const causes = details?.causes?.map(({ field, message: cause }) => `${field}: ${cause}`).sort();
    return { ...head, ...(reason ? { reason } : {}), ...(message ? { message } : {}), ...(causes ? { causes } : {}) };
  }
  return code < 400 || body ? head : { ...head, text: text.slice(0, 200) };
}

/** Without what differs from run to run: versions of the store, and whole objects that are shown. */
function withoutChance(text: string): string {
  return text
    .replace(/, current: \d+/, ', current: <newest>')
    .replace(/in record \(\d+\)/, 'in record (<version>)')
    .replaceAll(
      /Invalid value: \\"(?:[^"\\]|\\\\|\\[^"\\]|\\\\\\"){200,}?\\"(?=: [^{])/g,
      'Invalid value: <the object>',
    );
}

/** An object, or the first of those that a watch sends. */
function objectOf(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined;
  const whole = text.startsWith('{"type"') ? text.slice(0, text.indexOf('\n')) : text;
  return JSON.parse(whole) as Record<string, unknown>;
}

/** The request's target as it goes over the wire. */
export function badInputTarget({ target }: BadInput): string {
  return target.startsWith('/') ? target : `/api/v1/namespaces/${badInputNamespace}/${target}`;
}
