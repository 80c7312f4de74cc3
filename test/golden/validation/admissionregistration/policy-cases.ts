/** Cases that both kinds of admission policy, and of binding, have. What they match does not exist. */

import type { CaseBuilders, Tree } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

export const rule: Tree = {
  operations: ['CREATE'],
  apiGroups: ['golden.example.com'],
  apiVersions: ['v1'],
  resources: ['nothings'],
};
export const constraints: Tree = { resourceRules: [rule] };

const conditionOnRequest =
  "request.operation == 'CREATE' && authorizer.group('').resource('pods').check('get').allowed() && authorizer.requestResource.check('x').allowed()";

export function policyCases({ spec, create }: CaseBuilders): readonly GoldenCase[] {
  const match = (name: string, fields: Tree): GoldenCase =>
    spec(name, { matchConstraints: { ...constraints, ...fields } });
  const condition = (name: string, expression: string, fields: Tree): GoldenCase =>
    spec(name, { matchConditions: [{ name: 'a', expression }], ...fields });
  const variable = (name: string, ...variables: readonly Tree[]): GoldenCase => spec(name, { variables });
  return [
    create('valid'),
    create('no spec', { spec: {} }),
    create('reserved name', { metadata: { name: 'a.static.k8s.io' } }),
    spec('failure policy', { failurePolicy: 'Perhaps' }),
    spec('failure policy of nothing', { failurePolicy: '' }),
    spec('no constraints', { matchConstraints: null }),
    match('no rules', { resourceRules: [] }),
    match('match policy', { matchPolicy: 'Roughly' }),
    match('match policy of nothing', { matchPolicy: '' }),
    match('selectors', {
      namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'Near' }] },
      objectSelector: { matchLabels: { a: '-' } },
    }),
    match('resource names', { resourceRules: [{ ...rule, resourceNames: ['a', 'a', 'b/c'] }] }),
    match('excluded rules', { excludeResourceRules: [{ operations: [], apiGroups: ['*', 'a'] }] }),
    match('operations', { resourceRules: [{ ...rule, operations: ['*', 'UPDATE', 'LOOK'] }] }),
    spec('param kind empty', { paramKind: {} }),
    spec('param kind', { paramKind: { apiVersion: 'A_/1', kind: 'a b' } }),
    spec('param kind with too many parts', { paramKind: { apiVersion: 'a/b/c', kind: 'B' } }),
    spec('param kind without version', { paramKind: { apiVersion: 'a/', kind: 'B' } }),
    spec('conditions', {
      matchConditions: [
        { name: '', expression: '' },
        { name: 'a b', expression: 'true' },
      ],
    }),
    spec('conditions twice', {
      matchConditions: [
        { name: 'a', expression: 'true' },
        { name: 'a', expression: 'true' },
      ],
    }),
    condition('condition with a syntax error', ' object.spec. + ', {}),
    condition('condition of another type', '1 + 1', {}),
    condition('condition of any type', 'object.ready', {}),
    condition('condition of an unknown name', 'params.x == 1 && thing', {}),
    condition('condition with params', 'params.x == 1', { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } }),
    condition('condition of variables', 'variables.a', { variables: [{ name: 'a', expression: 'true' }] }),
    condition('condition of request and authorizer', conditionOnRequest, {}),
    condition('condition of an unknown field', "request.userInfo.name == 'a' && namespaceObject.spec.x", {}),
    condition('condition of a bad pattern', "object.name.matches('(')", {}),
    condition('condition of a bad constant', "quantity('a').isLessThan(quantity('1'))", {}),
    variable('variable that is broken', { name: 'a', expression: 'object.' }, { name: 'b', expression: 'variables.a' }),
    variable('variable before it is there', { name: 'a', expression: 'variables.b' }, { name: 'b', expression: '1' }),
    variable('variable empty', { name: '', expression: '' }),
    variable('variable blank', { name: ' ', expression: ' ' }),
    variable('variable names', { name: 'while', expression: 'true' }, { name: '1a', expression: 'true' }),
  ];
}

export function bindingCases({ spec, create, store, patch, metadata }: CaseBuilders): readonly GoldenCase[] {
  const param = (name: string, paramRef: Tree): GoldenCase => spec(name, { paramRef });
  return [
    ...metadata(),
    create('valid'),
    create('no spec', { spec: {} }),
    create('reserved name', { metadata: { name: 'a.static.k8s.io' } }),
    spec('policy name', { policyName: 'A_' }),
    param('param empty', {}),
    param('param valid', { name: 'a', namespace: 'b', parameterNotFoundAction: 'Deny' }),
    param('param name', { name: 'a/b', parameterNotFoundAction: 'Cry' }),
    param('param by both', { name: 'a', selector: {}, parameterNotFoundAction: 'Allow' }),
    param('param selector', { selector: { matchLabels: { a: '-' } }, parameterNotFoundAction: 'Allow' }),
    spec('match', { matchResources: { matchPolicy: 'Roughly', resourceRules: [{ operations: ['LOOK'] }] } }),
    spec('match names', { matchResources: { resourceRules: [{ ...rule, resourceNames: ['%', '%'] }] } }),
    spec('match with defaults', { matchResources: { resourceRules: [rule], excludeResourceRules: [rule] } }),
    spec('match of deletes', { matchResources: { resourceRules: [{ ...rule, operations: ['DELETE'] }] } }),
    store(),
    patch('policy name to nothing', { spec: { policyName: '' } }),
    patch('another policy', { spec: { policyName: 'other' } }),
  ];
}
