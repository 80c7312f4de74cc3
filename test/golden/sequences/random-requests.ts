/** Requests in random order, from a seed: every verb with every option right and wrong, on few objects, so that they meet. */

import { chance, type Draw, pick, seeded, some, subset } from '../apply/random-writers.ts';
import type { Step } from './exchange.ts';
import { type SequenceKind, sequenceKinds } from './kinds.ts';

const types = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  operations: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};

type Query = Readonly<Record<string, string>>;

/** Several verbs on a few objects of one or two kinds; their collections are read at the end. */
export function randomRequests(
  seed: number,
  count: number,
  names: readonly string[] = Object.keys(sequenceKinds),
): { readonly steps: readonly Step[]; readonly collections: readonly string[] } {
  const draw = seeded(seed);
  for (let skipped = 0; skipped < 4; skipped++) draw();
  const chosen = subset(draw, names, 1).slice(0, chance(draw, 0.6) ? 1 : 2);
  const kinds = chosen.map((name) => sequenceKinds[name]).filter((kind) => kind !== undefined);
  const steps: Step[] = kinds.map((kind) => create(draw, kind));
  while (steps.length < count) steps.push(nextStep(draw, pick(draw, kinds)));
  const collections = kinds.map((kind) => withQuery(kind.path, mine(kind)));
  return { steps: [...steps, ...collections.map((path): Step => ({ method: 'GET', path }))], collections };
}

/** What keeps a list of a cluster-scoped kind to the objects of the sequence. */
const mine = ({ clusterScoped }: SequenceKind): Query =>
  clusterScoped ? { labelSelector: 'sequence=<namespace>' } : {};

function nextStep(draw: Draw, kind: SequenceKind): Step {
  const what = draw();
  if (what < 0.13) return create(draw, kind);
  if (what < 0.26) return update(draw, kind);
  if (what < 0.42) return patch(draw, kind);
  if (what < 0.54) return applied(draw, kind);
  if (what < 0.66) return subresource(draw, kind);
  if (what < 0.73) return remove(draw, kind);
  if (what < 0.76) return removeMany(draw, kind);
  if (what < 0.82) return get(draw, kind);
  if (what < 0.94) return list(draw, kind);
  return watch(draw, kind);
}

const nameOf = (draw: Draw, { clusterScoped }: SequenceKind): string =>
  `${clusterScoped ? '<namespace>-' : ''}${pick(draw, ['a', 'a', 'a', 'b', 'b', 'c'])}`;

function withQuery(path: string, ...parts: readonly Query[]): string {
  const query = parts
    .flatMap((part) => Object.entries(part))
    .map(([name, value]) => `${name}=${encoded(value)}`)
    .join('&');
  return query === '' ? path : `${path}?${query}`;
}

/** What stands for an answer stays readable, and is put in later. */
const encoded = (value: string): string =>
  value
    .split(/(<[\w ./-]+>)/)
    .map((part) => (/^<[\w ./-]+>$/.test(part) ? part : encodeURIComponent(part)))
    .join('');

/** The path of the kind, now and then in another served version. */
function served(draw: Draw, kind: SequenceKind): { readonly path: string; readonly apiVersion: string } {
  return kind.others && chance(draw, 0.3) ? pick(draw, kind.others) : kind;
}

const rare = (draw: Draw, makers: Readonly<Record<string, () => string>>, probability: number): Query =>
  some(draw, makers, probability) as Query;

function writeQuery(draw: Draw): Query {
  return rare(
    draw,
    {
      dryRun: () => pick(draw, ['All', 'All', 'All', '', 'None']),
      fieldValidation: () => pick(draw, ['Strict', 'Warn', 'Ignore', 'strict', '']),
      fieldManager: () => pick(draw, ['a', 'b', 'kubectl-client-side-apply', 'kubectl', 'm'.repeat(129), '\u0007', '']),
      pretty: () => pick(draw, ['true', 'false', '1']),
    },
    0.12,
  );
}

const partial = (form: string, of = 'json', version = 'v1'): string =>
  `application/${of};as=${form};g=meta.k8s.io;v=${version}`;
const accepts = [
  types.json,
  types.yaml,
  types.protobuf,
  '*/*',
  partial('Table'),
  partial('PartialObjectMetadata'),
  partial('PartialObjectMetadataList'),
  partial('Table', 'yaml'),
  partial('Table', 'vnd.kubernetes.protobuf'),
  partial('PartialObjectMetadata', 'vnd.kubernetes.protobuf'),
  partial('PartialObjectMetadataList', 'vnd.kubernetes.protobuf'),
  partial('PartialObjectMetadata', 'yaml'),
  partial('Table', 'json', 'v1beta1'),
  partial('PartialObjectMetadata', 'json', 'v1beta1'),
  `${partial('Table')},${types.json}`,
  `${types.protobuf},${types.json}`,
  'application/xml',
  'text/plain, application/json;q=0.5',
];

function accept(draw: Draw, probability = 0.15): Pick<Step, 'accept'> {
  return chance(draw, probability) ? { accept: pick(draw, accepts) } : {};
}

/** Members of metadata that clients had better leave alone. */
function oddMetadata(draw: Draw, kind: SequenceKind, path: string, probability: number): object {
  return some(
    draw,
    {
      resourceVersion: () =>
        pick(draw, [
          `<version of ${path}>`,
          `<version of ${path}>`,
          `<old version of ${path}>`,
          '0',
          '',
          '1',
          'x',
          null,
        ]),
      uid: () => pick(draw, [`<uid of ${path}>`, `<uid of ${path}>`, 'x', '', null]),
      generation: () => pick(draw, [0, 1, 7, -1]),
      creationTimestamp: () => pick(draw, [null, '2020-01-01T00:00:00Z']),
      deletionTimestamp: () => pick(draw, [null, '2020-01-01T00:00:00Z']),
      deletionGracePeriodSeconds: () => pick(draw, [0, 5]),
      selfLink: () => 'x',
      generateName: () => pick(draw, ['g-', '']),
      namespace: () => (kind.clusterScoped ? pick(draw, ['', 'x']) : pick(draw, ['<namespace>', 'other', ''])),
      managedFields: () =>
        pick(draw, [
          [],
          [{}],
          [
            {
              manager: 'x',
              operation: 'Update',
              apiVersion: kind.apiVersion,
              fieldsType: 'FieldsV1',
              fieldsV1: { 'f:metadata': { 'f:labels': {} } },
            },
          ],
          null,
        ]),
      ownerReferences: () =>
        pick(draw, [
          [],
          [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' }],
          [
            { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' },
            { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' },
          ],
          [
            { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u', controller: true, blockOwnerDeletion: true },
            { apiVersion: 'v1', kind: 'Node', name: 'm', uid: 'v', controller: true },
          ],
        ]),
      finalizers: () =>
        pick(draw, [
          [],
          ['example.com/a'],
          ['x'],
          ['foregroundDeletion'],
          ['orphan'],
          ['orphan', 'foregroundDeletion'],
          null,
        ]),
    },
    probability,
  );
}

function object(draw: Draw, kind: SequenceKind, apiVersion: string, metadata: object, content: object): object {
  const { metadata: own, ...rest } = content as { readonly metadata?: object };
  return {
    apiVersion,
    kind: kind.kind,
    metadata: { ...own, ...metadata },
    ...rest,
    ...(chance(draw, 0.05) ? { unknown: 1 } : {}),
  };
}

/** Text with a member twice. */
const doubled = (body: object): string => JSON.stringify(body).replace(/^\{/, '{"apiVersion":"v0",');

function bodyType(draw: Draw, kind: SequenceKind, body: object): Pick<Step, 'body' | 'contentType'> {
  const what = draw();
  if (what < 0.03) return { body: doubled(body) };
  if (what < 0.1) return { body: JSON.stringify(body), contentType: types.yaml };
  if (what < 0.17 && !kind.custom) return { body, contentType: types.protobuf };
  return { body };
}

function create(draw: Draw, kind: SequenceKind): Step {
  const { path, apiVersion } = served(draw, kind);
  const name = nameOf(draw, kind);
  const short = `${path.split('/').at(-1)}/${name}`;
  const named = chance(draw, 0.8)
    ? { name }
    : pick(draw, [
        { generateName: `${kind.clusterScoped ? '<namespace>-' : ''}g-` },
        { name, generateName: 'g-' },
        {},
        { generateName: 'G_' },
        { generateName: `${'l'.repeat(250)}-` },
        { name: '' },
      ]);
  const odd = chance(draw, 0.3) ? oddMetadata(draw, kind, short, 0.12) : {};
  const status = kind.status && chance(draw, 0.1) ? { status: kind.status(draw) } : {};
  const body = object(
    draw,
    kind,
    chance(draw, 0.95) ? apiVersion : pick(draw, ['v1', 'v2', '']),
    { ...odd, ...named },
    { ...(apiVersion === kind.apiVersion ? kind.whole(draw) : kind.part(draw)), ...status },
  );
  return { method: 'POST', path: withQuery(path, writeQuery(draw)), ...accept(draw), ...bodyType(draw, kind, body) };
}

function update(draw: Draw, kind: SequenceKind): Step {
  const { path, apiVersion } = served(draw, kind);
  const name = nameOf(draw, kind);
  const short = `${path.split('/').at(-1)}/${name}`;
  const target = withQuery(`${path}/${name}`, writeQuery(draw));
  const odd = chance(draw, 0.5) ? oddMetadata(draw, kind, short, 0.12) : {};
  if (chance(draw, 0.6)) {
    const { metadata, ...rest } = (apiVersion === kind.apiVersion ? kind.part(draw) : {}) as {
      readonly metadata?: object;
    };
    return {
      method: 'PUT',
      path: target,
      ...accept(draw),
      edit: { of: short, merge: { metadata: { ...metadata, ...odd }, ...rest } },
    };
  }
  const metadata = { name: chance(draw, 0.95) ? name : pick(draw, ['other', '']), ...odd };
  const body = object(draw, kind, apiVersion, metadata, kind.whole(draw));
  return { method: 'PUT', path: target, ...accept(draw), ...bodyType(draw, kind, body) };
}

const pointers = [
  '/metadata/labels',
  '/metadata/labels/x',
  '/metadata/annotations',
  '/metadata/finalizers',
  '/metadata/finalizers/-',
  '/metadata/finalizers/0',
  '/metadata/resourceVersion',
  '/metadata/uid',
  '/metadata/name',
  '/metadata/managedFields',
  '/metadata/managedFields/0',
  '/metadata/generation',
  '/metadata',
  '/spec',
  '/spec/replicas',
  '/spec/template/spec/containers/0/image',
  '/spec/ports/0/port',
  '/data/a',
  '/data',
  '/status',
  '/none/x',
  '/kind',
  '/apiVersion',
];

function operation(draw: Draw): object {
  const op = pick(draw, ['add', 'add', 'replace', 'replace', 'remove', 'test', 'copy', 'move']);
  const path = pick(draw, pointers);
  const value = path.endsWith('s')
    ? pick<unknown>(draw, [{ x: '9' }, [], ['example.com/z'], {}, null])
    : pick<unknown>(draw, ['1', '2', 3, { x: '9' }, null, 'example.com/z']);
  if (op === 'remove') return { op, path };
  if (op === 'copy' || op === 'move') return { op, from: pick(draw, pointers), path };
  return { op, path, value };
}

function patch(draw: Draw, kind: SequenceKind): Step {
  const { path, apiVersion } = served(draw, kind);
  const name = nameOf(draw, kind);
  const short = `${path.split('/').at(-1)}/${name}`;
  const force: Query = chance(draw, 0.03) ? { force: 'true' } : {};
  const target = withQuery(`${path}/${name}`, writeQuery(draw), force);
  const common = { method: 'PATCH' as const, path: target, ...accept(draw) };
  if (chance(draw, 0.3)) {
    const count = pick(draw, [1, 1, 1, 2, 3]);
    return { ...common, contentType: types.operations, body: Array.from({ length: count }, () => operation(draw)) };
  }
  const { metadata, ...rest } = (apiVersion === kind.apiVersion ? kind.part(draw) : {}) as {
    readonly metadata?: object;
  };
  const odd = chance(draw, 0.4)
    ? {
        ...oddMetadata(draw, kind, short, 0.12),
        ...some(draw, { name: () => pick(draw, [name, 'other', null]) }, 0.05),
      }
    : {};
  const typed = some(
    draw,
    {
      kind: () => pick(draw, [kind.kind, 'Other', null]),
      apiVersion: () => pick(draw, [apiVersion, 'v9', null]),
      unknown: () => 1,
    },
    0.05,
  );
  const body = { ...typed, metadata: { ...metadata, ...odd }, ...rest };
  const strategic = chance(draw, 0.45);
  return {
    ...common,
    contentType: strategic ? types.strategic : types.merge,
    body: strategic ? directed(draw, body) : body,
  };
}

/** Directives of strategic patches, here and there. */
function directed(draw: Draw, body: { readonly metadata: object }): object {
  const what = draw();
  if (what < 0.05)
    return { ...body, metadata: { ...body.metadata, $patch: pick(draw, ['replace', 'delete', 'merge']) } };
  if (what < 0.1)
    return { ...body, metadata: { ...body.metadata, labels: { $patch: pick(draw, ['replace', 'delete']), x: '8' } } };
  if (what < 0.15)
    return { ...body, metadata: { ...body.metadata, '$deleteFromPrimitiveList/finalizers': ['example.com/a'] } };
  if (what < 0.2)
    return {
      ...body,
      metadata: {
        ...body.metadata,
        finalizers: ['example.com/b'],
        '$setElementOrder/finalizers': ['example.com/b', 'example.com/a'],
      },
    };
  if (what < 0.25) return { ...body, metadata: { ...body.metadata, $retainKeys: ['labels', 'name'] } };
  if (what < 0.3) return { ...body, metadata: { ...body.metadata, ownerReferences: [{ $patch: 'delete', uid: 'u' }] } };
  return body;
}

function applied(draw: Draw, kind: SequenceKind): Step {
  const { path, apiVersion } = served(draw, kind);
  const name = nameOf(draw, kind);
  const short = `${path.split('/').at(-1)}/${name}`;
  const odd = chance(draw, 0.25) ? oddMetadata(draw, kind, short, 0.1) : {};
  const query: Query = {
    ...writeQuery(draw),
    ...(chance(draw, 0.97) ? { fieldManager: pick(draw, ['a', 'b', 'kubectl', 'kubectl-client-side-apply']) } : {}),
    ...(chance(draw, 0.45) ? { force: pick(draw, ['true', 'true', 'false']) } : {}),
  };
  const content =
    apiVersion === kind.apiVersion
      ? chance(draw, 0.6)
        ? kind.whole(draw)
        : kind.part(draw)
      : { metadata: { labels: { x: '5' } } };
  const body = object(draw, kind, chance(draw, 0.97) ? apiVersion : 'v3', { name, ...odd }, content);
  return {
    method: 'PATCH',
    path: withQuery(`${path}/${name}`, query),
    ...accept(draw),
    contentType: types.apply,
    body,
  };
}

function subresource(draw: Draw, kind: SequenceKind): Step {
  const { path, apiVersion } = served(draw, kind);
  const name = nameOf(draw, kind);
  const short = `${path.split('/').at(-1)}/${name}`;
  const which = pick(draw, kind.subresources ?? ['status', 'scale', 'none']);
  const target = (query: Query): string => withQuery(`${path}/${name}/${which}`, query);
  const query = writeQuery(draw);
  const metadata = { name, ...(chance(draw, 0.3) ? oddMetadata(draw, kind, short, 0.12) : {}) };
  if (which === 'token') {
    const body = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: some(draw, {
        audiences: () => ['x'],
        expirationSeconds: () => pick(draw, [600, 3600, 1, 99_999_999_999]),
        boundObjectRef: () => ({ kind: 'Pod', apiVersion: 'v1', name: 'a' }),
      }),
    };
    return { method: 'POST', path: target(query), ...accept(draw), body };
  }
  if (which === 'eviction') {
    const body = {
      apiVersion: chance(draw, 0.9) ? 'policy/v1' : 'policy/v1beta1',
      kind: 'Eviction',
      metadata: { name: chance(draw, 0.95) ? name : 'other' },
      ...some(draw, { deleteOptions: () => deleteOptions(draw, short) }, 0.4),
    };
    return { method: 'POST', path: target(query), ...accept(draw), body };
  }
  if (which === 'binding') {
    const body = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata,
      target: { kind: 'Node', name: pick(draw, ['n1', 'n2']) },
    };
    const direct = chance(draw, 0.2);
    return { method: 'POST', path: direct ? withQuery('bindings', query) : target(query), ...accept(draw), body };
  }
  if (which === 'scale') {
    const body = {
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata,
      spec: { replicas: pick(draw, [0, 1, 2, 3, -1]) },
    };
    const what = draw();
    if (what < 0.25) return { method: 'GET', path: target({}), ...accept(draw, 0.4) };
    if (what < 0.6) return { method: 'PUT', path: target(query), ...accept(draw), body };
    if (what < 0.8) return { method: 'PATCH', path: target(query), ...accept(draw), contentType: types.merge, body };
    return {
      method: 'PATCH',
      path: target({ ...query, fieldManager: pick(draw, ['a', 'b']), ...(chance(draw, 0.5) ? { force: 'true' } : {}) }),
      contentType: types.apply,
      body,
    };
  }
  if (which === 'finalize') {
    const body = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata,
      spec: { finalizers: subset(draw, ['kubernetes', 'example.com/x']) },
    };
    return { method: 'PUT', path: target(query), ...accept(draw), body };
  }
  if (which === 'ephemeralcontainers' || which === 'resize') {
    const containers =
      which === 'resize'
        ? { containers: [{ name: 'a', resources: { requests: { cpu: pick(draw, ['1', '100m', '200m']) } } }] }
        : { ephemeralContainers: subset(draw, ['d', 'e']).map((each) => ({ name: each, image: 'i' })) };
    if (chance(draw, 0.25)) return { method: 'GET', path: target({}), ...accept(draw, 0.3) };
    return {
      method: 'PATCH',
      path: target(query),
      ...accept(draw),
      contentType: types.strategic,
      body: { spec: containers },
    };
  }
  const status = { status: kind.status?.(draw) ?? {} };
  const what = draw();
  if (what < 0.15) return { method: 'GET', path: target({}), ...accept(draw, 0.3) };
  if (what < 0.4)
    return {
      method: 'PUT',
      path: target(query),
      ...accept(draw),
      edit: { of: short, merge: chance(draw, 0.4) ? { metadata, ...status } : status },
    };
  if (what < 0.5)
    return {
      method: 'PUT',
      path: target(query),
      ...accept(draw),
      body: object(draw, kind, apiVersion, metadata, { ...kind.whole(draw), ...status }),
    };
  const body = { apiVersion, kind: kind.kind, metadata, ...(chance(draw, 0.3) ? kind.part(draw) : {}), ...status };
  if (what < 0.65) return { method: 'PATCH', path: target(query), ...accept(draw), contentType: types.merge, body };
  if (what < 0.75) return { method: 'PATCH', path: target(query), ...accept(draw), contentType: types.strategic, body };
  return {
    method: 'PATCH',
    path: target({ ...query, fieldManager: pick(draw, ['a', 'b']), ...(chance(draw, 0.5) ? { force: 'true' } : {}) }),
    contentType: types.apply,
    body,
  };
}

function deleteOptions(draw: Draw, short: string): object {
  return some(
    draw,
    {
      gracePeriodSeconds: () => pick(draw, [0, 0, 1, 30, -1, null]),
      propagationPolicy: () => pick(draw, ['Orphan', 'Foreground', 'Background', 'Foo', '']),
      orphanDependents: () => pick(draw, [true, false]),
      dryRun: () => pick(draw, [['All'], [], ['None'], ['All', 'All']]),
      preconditions: () =>
        some(draw, {
          uid: () => pick(draw, [`<uid of ${short}>`, 'x', '']),
          resourceVersion: () => pick(draw, [`<version of ${short}>`, `<old version of ${short}>`, '', 'x']),
        }),
      kind: () => 'DeleteOptions',
      apiVersion: () => pick(draw, ['v1', 'meta.k8s.io/v1', 'policy/v1', 'v9']),
      unknown: () => 1,
    },
    0.15,
  );
}

const deleteQuery = (draw: Draw): Query =>
  rare(
    draw,
    {
      gracePeriodSeconds: () => pick(draw, ['0', '0', '1', '30', '-1', 'x']),
      propagationPolicy: () => pick(draw, ['Orphan', 'Foreground', 'Background', 'Foo']),
      orphanDependents: () => pick(draw, ['true', 'false', 'x']),
      dryRun: () => pick(draw, ['All', 'None', '']),
      pretty: () => 'true',
    },
    0.12,
  );

function remove(draw: Draw, kind: SequenceKind): Step {
  const { path } = served(draw, kind);
  const name = chance(draw, 0.9) || kind.clusterScoped ? nameOf(draw, kind) : '<generated>';
  const short = `${path.split('/').at(-1)}/${name}`;
  const body = chance(draw, 0.6) ? bodyType(draw, { ...kind, custom: true }, deleteOptions(draw, short)) : {};
  return { method: 'DELETE', path: withQuery(`${path}/${name}`, deleteQuery(draw)), ...accept(draw), ...body };
}

function removeMany(draw: Draw, kind: SequenceKind): Step {
  const selectors = selectorsOf(draw, kind, 0.4);
  const limits = rare(
    draw,
    {
      limit: () => pick(draw, ['1', '2', '-1', 'x']),
      resourceVersion: () => pick(draw, ['0', '<version>']),
      resourceVersionMatch: () => pick(draw, matches),
    },
    0.1,
  );
  const body = chance(draw, 0.4) ? { body: deleteOptions(draw, 'none/none') } : {};
  return {
    method: 'DELETE',
    path: withQuery(kind.path, selectors, limits, deleteQuery(draw)),
    ...accept(draw),
    ...body,
  };
}

function get(draw: Draw, kind: SequenceKind): Step {
  const { path } = served(draw, kind);
  const name = chance(draw, 0.85) ? nameOf(draw, kind) : pick(draw, ['<generated>', 'none', 'A_B']);
  const query = rare(
    draw,
    { resourceVersion: () => pick(draw, ['', '0', '<version>', '<first version>', 'x', '-1']), pretty: () => 'true' },
    0.3,
  );
  return { method: 'GET', path: withQuery(`${path}/${name}`, query), ...accept(draw, 0.6) };
}

const matches = ['Exact', 'NotOlderThan', 'Foo', ''];

function selectorsOf(draw: Draw, kind: SequenceKind, probability: number): Query {
  const labels = pick(draw, [
    'x=1',
    'x!=1',
    'x in (1,2)',
    'x notin (1)',
    'x',
    '!x',
    'x,y',
    'x>1',
    'x=1,x=2',
    'x=',
    'x in ()',
    'x==2',
    'a b',
    '',
    'x=1,y!=2',
  ]);
  const own = mine(kind).labelSelector;
  const field = pick(draw, [...(kind.fields ?? ['metadata.name']), 'metadata.namespace', 'spec.none']);
  const value = pick(draw, [
    'a',
    'b',
    '1',
    'n1',
    'Running',
    'Pod',
    'true',
    'false',
    '',
    '<namespace>',
    'None',
    'NodePort',
    '<namespace>-a',
  ]);
  const fields = pick(draw, [
    `${field}=${value}`,
    `${field}!=${value}`,
    `${field}==${value}`,
    field,
    `${field}=${value},metadata.name!=b`,
    '',
  ]);
  const chosen = rare(draw, { labelSelector: () => labels, fieldSelector: () => fields }, probability);
  if (own === undefined) return chosen;
  return { ...chosen, labelSelector: [own, chosen.labelSelector].filter(Boolean).join(',') };
}

function list(draw: Draw, kind: SequenceKind): Step {
  const { path } = served(draw, kind);
  const everywhere = !kind.clusterScoped && chance(draw, 0.05);
  const options = rare(
    draw,
    {
      limit: () => pick(draw, ['1', '1', '2', '0', '-1', 'x', '500']),
      continue: () => pick(draw, ['<continue>', '<continue>', '<continue>', 'x', '']),
      resourceVersion: () => pick(draw, ['', '0', '<version>', '<version>', '<list version>', '<first version>', 'x']),
      resourceVersionMatch: () => pick(draw, matches),
      timeoutSeconds: () => pick(draw, ['1', '0', 'x']),
      sendInitialEvents: () => pick(draw, ['true', 'false']),
      allowWatchBookmarks: () => 'true',
      watch: () => pick(draw, ['false', '0']),
    },
    0.22,
  );
  const target = everywhere ? path.replace('/namespaces/<namespace>', '') : path;
  const own: Query = everywhere ? { fieldSelector: 'metadata.namespace=<namespace>' } : {};
  return {
    method: 'GET',
    path: withQuery(target, { ...selectorsOf(draw, kind, 0.25), ...own }, options),
    ...accept(draw, 0.35),
  };
}

function watch(draw: Draw, kind: SequenceKind): Step {
  const { path } = served(draw, kind);
  const options = rare(
    draw,
    {
      resourceVersion: () =>
        pick(draw, ['<version>', '<first version>', '<first version>', '<list version>', '0', '', 'x']),
      resourceVersionMatch: () => pick(draw, ['NotOlderThan', 'NotOlderThan', 'Exact', '']),
      sendInitialEvents: () => pick(draw, ['true', 'true', 'false']),
      allowWatchBookmarks: () => pick(draw, ['true', 'false']),
      limit: () => pick(draw, ['1', 'x']),
      continue: () => 'x',
    },
    0.4,
  );
  const one = chance(draw, 0.1) && !kind.clusterScoped;
  const older = chance(draw, 0.1);
  const place = older ? path.replace(/^(\/api\/v1|\/apis\/[^/]+\/[^/]+)\//, '$1/watch/') : path;
  const target = one ? `${place}/a` : place;
  const query: Query = {
    ...selectorsOf(draw, kind, 0.25),
    ...options,
    ...(older ? {} : { watch: pick(draw, ['true', '1']) }),
    timeoutSeconds: '1',
  };
  return { method: 'GET', path: withQuery(target, query), ...accept(draw, 0.25) };
}
