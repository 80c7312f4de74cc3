/**
 * Admission policies at work: what is set up first, and requests that the policies judge. Recorded from an upstream API server by
 * tools/record-golden/admission-policies.ts. Policies match only the golden namespace, or golden names of cluster-scoped kinds.
 */

import { type GoldenCase, goldenNamespace } from '../validation/golden-case.ts';

type Tree = Readonly<Record<string, unknown>>;

export interface SetUp {
  /** '/apis/...' of the collection. */
  readonly path: string;
  readonly body: Tree & { readonly metadata: Tree & { readonly name: string } };
}

const group = '/apis/admissionregistration.k8s.io/v1';
const inNamespace = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': goldenNamespace } } };
const configMaps = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }];

/** A policy for the ConfigMaps with that name. */
function only(name: string): Tree {
  return { ...inNamespace, resourceRules: configMaps.map((rule) => ({ ...rule, resourceNames: [name] })) };
}

function policy(type: 'validating' | 'mutating', name: string, spec: Tree, ...bindings: readonly Tree[]): SetUp[] {
  const full = `golden-${name}`;
  const actions = type === 'validating' ? { validationActions: ['Deny'] } : {};
  const never = type === 'mutating' ? { reinvocationPolicy: 'Never' } : {};
  return [
    {
      path: `${group}/${type}admissionpolicies`,
      body: { metadata: { name: full }, spec: { matchConstraints: only(name), ...never, ...spec } },
    },
    ...(bindings.length === 0 ? [{}] : bindings).map((fields, index) => ({
      path: `${group}/${type}admissionpolicybindings`,
      body: { metadata: { name: `${full}-${index}` }, spec: { policyName: full, ...actions, ...fields } },
    })),
  ];
}

const validating = (name: string, spec: Tree, ...bindings: readonly Tree[]) =>
  policy('validating', name, spec, ...bindings);
const mutating = (name: string, spec: Tree, ...bindings: readonly Tree[]) =>
  policy('mutating', name, spec, ...bindings);
const json = (expression: string): Tree => ({ patchType: 'JSONPatch', jsonPatch: { expression } });
const apply = (expression: string): Tree => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
const withParams = { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } };
const param = (fields: Tree, action = 'Deny'): Tree => ({ paramRef: { parameterNotFoundAction: action, ...fields } });

const configMap = (name: string, fields: Tree = {}): Tree => ({ metadata: { name }, data: { n: '1' }, ...fields });
const deployment = (name: string, spec: Tree = {}): Tree => ({
  metadata: { name },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'a' } },
    template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    ...spec,
  },
});
const deployments = (name: string): Tree => ({
  ...inNamespace,
  resourceRules: [
    { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['*'], resources: ['deployments'], resourceNames: [name] },
  ],
});

const nested = '[1,2,3,4,5,6,7,8,9,10]';
/** Ten to the power of `depth` turns. */
function expensive(depth: number): string {
  return Array.from({ length: depth }).reduce<string>(
    (inner, _, index) => `${nested}.all(x${index}, ${inner})`,
    'object.metadata.name != ""',
  );
}

export const setUp: readonly SetUp[] = [
  {
    path: `/api/v1/namespaces/${goldenNamespace}/configmaps`,
    body: { metadata: { name: 'limits', labels: { role: 'limits' } }, data: { max: '2' } },
  },
  {
    path: `/api/v1/namespaces/${goldenNamespace}/configmaps`,
    body: { metadata: { name: 'limits-b', labels: { role: 'limits' } }, data: { max: '3' } },
  },
  ...validating('plain', { validations: [{ expression: "object.data.n == '2'" }] }),
  ...validating('texts', {
    validations: [
      { expression: "object.data.n != '1'", message: ' said so ', reason: 'Forbidden' },
      {
        expression: "object.data.n != '2'",
        messageExpression: "'n is ' + object.data.n",
        reason: 'RequestEntityTooLarge',
      },
      { expression: "object.data.n != '3'", messageExpression: "'a' + '\\n' + object.data.n", message: 'lines' },
      { expression: "object.data.n != '4'", messageExpression: 'string(object.data.missing)' },
      { expression: "\n  object.data.n != '5'\n", messageExpression: "' '" },
    ],
  }),
  ...validating('failing', { validations: [{ expression: "object.data.missing == 'a'" }] }),
  ...validating('failing-open', {
    failurePolicy: 'Ignore',
    validations: [{ expression: "object.data.missing == 'a'" }],
  }),
  ...validating(
    'warned',
    { validations: [{ expression: 'false', message: 'a warning' }, { expression: '1/int(object.data.n) == 1' }] },
    {
      validationActions: ['Warn', 'Audit'],
    },
  ),
  ...validating('conditioned', {
    matchConditions: [
      { name: 'a', expression: "object.data.a == 'x'" },
      { name: 'b', expression: "object.data.n != '9'" },
    ],
    validations: [{ expression: 'false' }],
  }),
  ...validating('composed', {
    variables: [
      { name: 'n', expression: 'int(object.data.n)' },
      { name: 'double', expression: 'variables.n * 2' },
      { name: 'unused', expression: '1 / 0' },
      { name: 'names', expression: "has(object.metadata.labels) ? object.metadata.labels.map(k, k + 'x') : []" },
    ],
    validations: [
      { expression: 'variables.double < 10', messageExpression: "'double is ' + string(variables.double)" },
      { expression: "variables.names.all(n, n != 'badx')", messageExpression: "variables.names.join(',')" },
      { expression: "object.data.n != '4' || variables.unused == 1" },
    ],
  }),
  ...validating('request', {
    validations: [
      {
        expression:
          "request.operation != 'CREATE' || (request.kind.kind == 'ConfigMap' && request.resource.resource == 'configmaps' && request.requestKind.version == 'v1' && !has(request.subResource) && request.dryRun)",
        message: 'facts',
      },
      {
        expression: "namespaceObject.metadata.name == request.namespace && namespaceObject.status.phase == 'Active'",
        message: 'namespace',
      },
      { expression: 'oldObject == null || has(oldObject.data.n)', message: 'old' },
      { expression: "request.operation != 'DELETE' || object == null", message: 'deleted' },
      {
        expression: "request.options.kind in ['CreateOptions', 'UpdateOptions', 'PatchOptions', 'DeleteOptions']",
        messageExpression: 'string(request.options.kind)',
      },
      {
        expression: "authorizer.group('').resource('configmaps').namespace(request.namespace).check('get').allowed()",
        message: 'asked',
      },
      {
        expression: "authorizer.requestResource.check('golden').allowed() && request.name == 'request'",
        message: 'asked for the request',
      },
      {
        expression: 'request.namespace == namespaceObject.metadata.UID',
        messageExpression: "namespaceObject.metadata.labels['kubernetes.io/metadata.name']",
      },
    ],
  }),
  ...validating(
    'params',
    {
      ...withParams,
      validations: [
        {
          expression: 'int(object.data.n) < int(params.data.max)',
          messageExpression: "params.metadata.name + params.kind + ': ' + params.data.max",
        },
      ],
    },
    param({ name: 'limits' }),
  ),
  ...validating(
    'selected',
    {
      ...withParams,
      validations: [
        { expression: 'int(object.data.n) < int(params.data.max)', messageExpression: 'string(params.metadata.name)' },
      ],
    },
    param({ selector: { matchLabels: { role: 'limits' } } }),
  ),
  ...validating('unparameterized', { ...withParams, validations: [{ expression: 'params == null' }] }),
  ...validating('missing-denied', { ...withParams, validations: [{ expression: 'true' }] }, param({ name: 'nothing' })),
  ...validating(
    'missing-allowed',
    { ...withParams, validations: [{ expression: 'false' }] },
    param({ name: 'nothing' }, 'Allow'),
  ),
  ...validating(
    'unknown-kind',
    { paramKind: { apiVersion: 'golden.example.com/v1', kind: 'Nothing' }, validations: [{ expression: 'true' }] },
    param({ name: 'a' }),
  ),
  ...validating(
    'cluster-params',
    { paramKind: { apiVersion: 'v1', kind: 'Node' }, validations: [{ expression: 'true' }] },
    param({ name: 'a', namespace: 'b' }),
  ),
  ...validating(
    'two-bindings',
    { validations: [{ expression: 'false' }] },
    { matchResources: { objectSelector: { matchLabels: { never: 'x' } } } },
    { matchResources: { objectSelector: { matchLabels: { a: 'b' } } } },
  ),
  ...validating('costly', { validations: [{ expression: expensive(6) }] }),
  ...validating('costly-together', { validations: Array.from({ length: 60 }, () => ({ expression: expensive(5) })) }),
  ...validating('excluded', {
    matchConstraints: {
      ...only('excluded'),
      excludeResourceRules: configMaps.map((rule) => ({ ...rule, operations: ['UPDATE'] })),
    },
    validations: [{ expression: 'false' }],
  }),
  ...validating('annotated', {
    auditAnnotations: [
      { key: 'a', valueExpression: "'x'" },
      { key: 'b', valueExpression: 'string(object.data.missing)' },
    ],
  }),
  ...validating('scale', {
    matchConstraints: {
      ...inNamespace,
      resourceRules: [
        { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['deployments/scale'] },
      ],
    },
    validations: [
      {
        expression: 'object.spec.replicas < 5 && oldObject.kind == "Scale"',
        messageExpression: 'request.subResource + request.kind.kind + string(object.spec.replicas)',
      },
    ],
  }),
  ...mutating('patched', {
    mutations: [
      json(
        "[JSONPatch{op: 'add', path: '/data/added', value: object.data.n + 'x'}, JSONPatch{op: 'copy', from: '/data/n', path: '/data/copied'}]",
      ),
      json(
        "has(object.data.added) ? [JSONPatch{op: 'add', path: '/metadata/labels', value: {'a/b': 'c'}}, JSONPatch{op: 'replace', path: '/metadata/labels/' + jsonpatch.escapeKey('a/b'), value: 'd'}] : []",
      ),
    ],
  }),
  ...mutating('patched-badly', { mutations: [json("[JSONPatch{op: 'remove', path: '/data/missing'}]")] }),
  ...mutating('patch-tested', {
    mutations: [json("[JSONPatch{op: 'test', path: '/data/n', value: '7'}, JSONPatch{op: 'remove', path: '/data'}]")],
  }),
  ...mutating('patch-unknown', { mutations: [json("[JSONPatch{op: 'add', path: '/where', value: '7'}]")] }),
  ...mutating('patch-failing', {
    mutations: [json("[JSONPatch{op: 'add', path: '/data/x', value: object.data.missing}]")],
  }),
  ...mutating('patch-failing-open', {
    failurePolicy: 'Ignore',
    mutations: [
      json("[JSONPatch{op: 'add', path: '/data/x', value: object.data.missing}]"),
      json("[JSONPatch{op: 'add', path: '/data/y', value: 'z'}]"),
    ],
  }),
  ...mutating('applied', {
    mutations: [apply("Object{metadata: Object.metadata{annotations: {'a': 'b'}}, data: {'m': object.data.n}}")],
  }),
  ...mutating('misplaced', { mutations: [apply("Object{metadata: Object.spec{labels: {'a': 'b'}}}")] }),
  ...mutating('undeclared', { mutations: [apply("Object{metadata: Object.metadata{names: 'a'}, data: {'x': 'y'}}")] }),
  ...mutating('deployed', {
    matchConstraints: deployments('deployed'),
    mutations: [
      apply(
        "Object{spec: Object.spec{replicas: object.spec.replicas + 2, template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: 'side', image: 'j', ports: [Object.spec.template.spec.containers.ports{containerPort: 80, protocol: 'TCP'}]}], initContainers: [Object.spec.template.spec.initContainers{name: 'init', image: 'k', ?restartPolicy: optional.of('Always')}]}}}}",
      ),
    ],
  }),
  ...mutating('deployed-atomic', {
    matchConstraints: deployments('deployed-atomic'),
    mutations: [
      apply(
        "Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {'a': 'b'}}, template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: 'c', args: ['a']}]}}}}",
      ),
    ],
  }),
  ...mutating(
    'with-params',
    {
      ...withParams,
      variables: [{ name: 'max', expression: 'params.data.max' }],
      mutations: [json("[JSONPatch{op: 'add', path: '/data/max', value: variables.max}]")],
    },
    param({ name: 'limits' }),
  ),
  ...mutating('with-conditions', {
    matchConditions: [{ name: 'a', expression: "object.data.n == '2'" }],
    mutations: [json("[JSONPatch{op: 'add', path: '/data/x', value: 'y'}]")],
  }),
  ...mutating(
    'with-missing-params',
    { ...withParams, mutations: [json("[JSONPatch{op: 'add', path: '/data/x', value: 'y'}]")] },
    param({ name: 'nothing' }),
  ),
  ...mutating('again', {
    reinvocationPolicy: 'IfNeeded',
    mutations: [
      json(
        "[JSONPatch{op: 'add', path: '/data/count', value: (has(object.data.count) ? object.data.count : '') + 'a'}]",
      ),
    ],
  }),
];

const dry = (name: string, fields: Tree = {}, suffix = ''): GoldenCase => ({
  name: `${name}${suffix}`,
  method: 'POST',
  path: 'configmaps',
  body: configMap(name, fields),
  dryRun: true,
});
const n = (name: string, value: string, fields: Tree = {}): GoldenCase =>
  dry(name, { data: { n: value }, ...fields }, ` ${value}`);

export const cases: readonly GoldenCase[] = [
  dry('plain'),
  n('plain', '2'),
  ...['1', '2', '3', '4', '5', '6'].map((value) => n('texts', value)),
  dry('failing'),
  dry('failing-open'),
  dry('warned'),
  n('warned', '0'),
  dry('conditioned'),
  n('conditioned', '9'),
  dry('conditioned', { data: { n: '1', a: 'x' } }, ' a'),
  dry('conditioned', { data: { n: '1', a: 'y' } }, ' b'),
  n('composed', '1'),
  n('composed', '4'),
  n('composed', '6'),
  n('composed', 'x'),
  dry('composed', { metadata: { name: 'composed', labels: { bad: 'y' } } }, ' labels'),
  dry('request'),
  n('params', '1'),
  n('params', '2'),
  n('selected', '1'),
  n('selected', '2'),
  n('selected', '3'),
  dry('unparameterized'),
  dry('missing-denied'),
  dry('missing-allowed'),
  dry('unknown-kind'),
  dry('cluster-params'),
  dry('two-bindings'),
  dry('two-bindings', { metadata: { name: 'two-bindings', labels: { a: 'b' } } }, ' labels'),
  dry('costly'),
  dry('costly-together'),
  dry('excluded'),
  dry('annotated'),
  dry('patched'),
  dry('patched-badly'),
  dry('patch-tested'),
  dry('patch-unknown'),
  dry('patch-failing'),
  dry('patch-failing-open'),
  dry('applied'),
  dry('misplaced'),
  dry('undeclared'),
  dry('with-params'),
  n('with-conditions', '1'),
  n('with-conditions', '2'),
  dry('with-missing-params'),
  dry('again'),
  {
    name: 'deployed',
    method: 'POST',
    path: `/apis/apps/v1/namespaces/${goldenNamespace}/deployments`,
    body: deployment('deployed'),
    dryRun: true,
  },
  {
    name: 'deployed-atomic',
    method: 'POST',
    path: `/apis/apps/v1/namespaces/${goldenNamespace}/deployments`,
    body: deployment('deployed-atomic'),
    dryRun: true,
  },
  {
    name: 'scaled',
    method: 'POST',
    path: `/apis/apps/v1/namespaces/${goldenNamespace}/deployments`,
    body: deployment('scaled'),
  },
  {
    name: 'scale',
    method: 'PATCH',
    path: `/apis/apps/v1/namespaces/${goldenNamespace}/deployments/scaled/scale`,
    body: { spec: { replicas: 9 } },
  },
];
