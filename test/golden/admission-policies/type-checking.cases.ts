/** Policies whose expressions have faults that only the types of the matched kinds show, and a definition that some of them name. */

type Tree = Readonly<Record<string, unknown>>;

export const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'sizes.golden-types.example.com' },
  spec: {
    group: 'golden-types.example.com',
    scope: 'Namespaced',
    names: { plural: 'sizes', singular: 'size', kind: 'Size', listKind: 'SizeList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { width: { type: 'integer' }, tags: { type: 'array', items: { type: 'string' } } },
              },
            },
          },
        },
      },
    ],
  },
} as const;

const rule = (apiGroup: string, ...resources: readonly string[]): Tree => ({
  apiGroups: [apiGroup],
  apiVersions: ['v1'],
  operations: ['CREATE'],
  resources,
});

export interface TypeCase {
  readonly name: string;
  readonly rules: readonly Tree[];
  readonly validations: readonly { readonly expression: string; readonly messageExpression?: string }[];
  readonly variables?: readonly { readonly name: string; readonly expression: string }[];
  readonly paramKind?: { readonly apiVersion: string; readonly kind: string };
}

const deployments = [rule('apps', 'deployments')];
const one = (
  name: string,
  expression: string,
  rules: readonly Tree[] = deployments,
  more: Partial<TypeCase> = {},
): TypeCase => ({ name, rules, validations: [{ expression }], ...more });

export const cases: readonly TypeCase[] = [
  one(
    'well-typed',
    'object.spec.replicas > 1 && object.metadata.name != "" && has(object.spec.template.spec.nodeName)',
  ),
  one('unknown-field', 'object.spec.replicas2 > 1'),
  one('another-type', 'object.spec.replicas == "1"'),
  one('comparison', 'object.spec.replicas > "1"'),
  one('several-kinds', 'object.spec.replicas > 1', [rule('apps', 'deployments', 'daemonsets', 'statefulsets')]),
  one('several-rules', 'object.spec.replicas > 1', [rule('', 'pods', 'configmaps'), rule('apps', 'daemonsets')]),
  one('wildcards', 'object.spec.replicas2 > 1', [rule('*', 'deployments'), rule('apps', '*')]),
  one('subresources', 'object.spec.replicas2 > 1', [rule('apps', 'deployments/scale', 'deployments')]),
  one('unknown-resource', 'object.spec.replicas2 > 1', [rule('apps', 'nothings')]),
  {
    name: 'messages',
    rules: deployments,
    validations: [
      { expression: 'true', messageExpression: '"a" + object.spec.wrong' },
      { expression: 'object.wrong == 1', messageExpression: 'string(object.spec.replicas) + oldObject.spec.missing' },
    ],
  },
  one('variables', 'variables.n > "a" && variables.missing.x == 1', deployments, {
    variables: [
      { name: 'n', expression: 'object.spec.replicas' },
      { name: 'missing', expression: 'object.spec.missing' },
    ],
  }),
  one('params', 'params.data.max == 1 && params.dat == 1', deployments, {
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
  }),
  one('unknown-params', 'params.data.max == 1 && object.x == 1', deployments, {
    paramKind: { apiVersion: 'golden-types.example.com/v1', kind: 'Nothing' },
  }),
  one('custom', 'object.spec.width == "1" || object.spec.height == 1 || object.metadata.labels.a == "b"', [
    rule('golden-types.example.com', 'sizes'),
  ]),
  one('custom-params', 'params.spec.tags[0] == 1', deployments, {
    paramKind: { apiVersion: 'golden-types.example.com/v1', kind: 'Size' },
  }),
  one(
    'maps-and-lists',
    'object.metadata.labels["a"] == 1 && object.spec.template.spec.containers.all(c, c.imag == "x")',
  ),
  one('times', 'object.metadata.creationTimestamp > "x" && object.spec.strategy.rollingUpdate.maxSurge == "1%"'),
  one('quantities', 'object.spec.template.spec.containers[0].resources.limits["cpu"] > 1'),
  one('data', 'object.data["a"] == "b" && object.stringData.a == 1', [rule('', 'secrets')]),
  one('reserved', 'object.metadata.__namespace__ == 1 && object.metadata.namespace == 2', [rule('', 'configmaps')]),
  one('raw', 'object.data.x == 1 && object.dat == 1', [rule('apps', 'controllerrevisions')]),
];

export function policyOf({ name, rules, validations, variables, paramKind }: TypeCase) {
  return {
    metadata: { name: `golden-types-${name}` },
    spec: {
      matchConstraints: { resourceRules: rules },
      validations,
      ...(variables ? { variables } : {}),
      ...(paramKind ? { paramKind } : {}),
    },
  };
}

export interface TypeAnswer {
  readonly fieldRef: string;
  readonly warning: string;
}

/** Upstream's names of types end with digits that differ from run to run. */
export function withoutDigits(warnings: readonly TypeAnswer[]): readonly TypeAnswer[] {
  return warnings.map(({ fieldRef, warning }) => ({
    fieldRef,
    warning: warning.replace(/\b([A-Z][a-z]+)\d{4,}/g, '$1'),
  }));
}
