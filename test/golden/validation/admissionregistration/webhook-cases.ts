/** Cases of both kinds of webhook configuration. They match nothing that exists, as others use the server that records. */

import { caseBuilders, type Tree } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const rule = {
  operations: ['CREATE'],
  apiGroups: ['golden.example.com'],
  apiVersions: ['v1'],
  resources: ['nothings'],
};
const hook = {
  name: 'a.golden.example.com',
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  clientConfig: { url: 'https://golden.example.com/path' },
  rules: [rule],
};

export function webhookCases(plural: string): readonly GoldenCase[] {
  const { create, store, patch } = caseBuilders(`admissionregistration.k8s.io/v1/${plural}`, {
    metadata: { name: 'golden-validation' },
    webhooks: [hook],
  });
  const one = (name: string, fields: Tree): GoldenCase => create(name, { webhooks: [{ ...hook, ...fields }] });
  const ruled = (name: string, fields: Tree): GoldenCase => one(name, { rules: [{ ...rule, ...fields }] });
  const url = (name: string, text: string): GoldenCase => one(name, { clientConfig: { url: text } });
  const service = (name: string, fields: Tree): GoldenCase =>
    one(name, { clientConfig: { service: { namespace: 'a', name: 'b', ...fields } } });
  const conditions = (name: string, ...given: readonly Tree[]): GoldenCase => one(name, { matchConditions: given });
  return [
    create('valid'),
    create('no webhooks', { webhooks: [] }),
    one('full', {
      clientConfig: { service: { namespace: 'a', name: 'b', path: '/c/d' } },
      failurePolicy: 'Ignore',
      matchPolicy: 'Exact',
      namespaceSelector: { matchLabels: { a: 'b' } },
      objectSelector: { matchExpressions: [{ key: 'a', operator: 'Exists' }] },
      timeoutSeconds: 5,
      sideEffects: 'NoneOnDryRun',
      matchConditions: [{ name: 'a', expression: 'true' }],
      reinvocationPolicy: 'IfNeeded',
    }),
    create('reserved name', { metadata: { name: 'a.static.k8s.io' } }),
    one('name of two segments', { name: 'a.b' }),
    one('name empty', { name: '' }),
    one('name malformed', { name: 'A.b.c' }),
    create('names twice', { webhooks: [hook, hook] }),
    one('no side effects told', { sideEffects: null }),
    one('side effects', { sideEffects: 'Some' }),
    one('no review versions', { admissionReviewVersions: [] }),
    one('unknown review versions', { admissionReviewVersions: ['v3', 'v3', '1'] }),
    one('policies', { failurePolicy: 'Perhaps', matchPolicy: 'Roughly', reinvocationPolicy: 'Often' }),
    one('timeout', { timeoutSeconds: 31 }),
    one('timeout of zero', { timeoutSeconds: 0 }),
    one('selectors', {
      namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] },
      objectSelector: { matchLabels: { 'a b': '-' } },
    }),
    one('no client', { clientConfig: {} }),
    one('two clients', { clientConfig: { url: 'https://a', service: { namespace: 'a', name: 'b' } } }),
    url('url without https', 'http://a.b/c'),
    url('url without host', 'https:///c'),
    url('url with more', 'https://u:p@a.b/c?d=e#f'),
    url('url without scheme', 'a.b/c'),
    url('url that is none', '://a'),
    url('url with a bad port', 'https://a:b/'),
    url('url with a bad escape', 'https://a/%zz'),
    url('url with a colon', 'a:b'),
    url('url with a space in the host', 'https://a b/'),
    service('service empty', { namespace: '', name: '' }),
    service('service without name', { name: '' }),
    service('service port', { port: 0 }),
    service('service path', { path: 'a' }),
    service('service path with an empty segment', { path: '/a//b' }),
    service('service path of two slashes', { path: '//' }),
    service('service path with capitals', { path: '/A/b_/' }),
    one('no rules', { rules: [] }),
    one('empty rule', { rules: [{}] }),
    ruled('operations', { operations: ['*', 'FLY'] }),
    ruled('wildcards not alone', { apiGroups: ['*', 'a'], apiVersions: ['*', 'v1'], resources: ['*', 'a'] }),
    ruled('empty version and resource', { apiVersions: [''], resources: [''] }),
    ruled('covered subresources', { resources: ['a/*', 'a/b', '*/c', 'd/c'] }),
    ruled('everything not alone', { resources: ['*/*', 'a'] }),
    ruled('scope', { scope: 'Galaxy' }),
    conditions('condition without name and expression', { name: '', expression: ' ' }),
    conditions('conditions twice', { name: 'a', expression: 'true' }, { name: 'a', expression: 'true' }),
    conditions('condition name', { name: 'a b', expression: 'true' }),
    conditions('condition that is broken', { name: 'a', expression: ' object..x ' }),
    conditions('condition of another type', { name: 'a', expression: "'true'" }, { name: 'b', expression: 'params.x' }),
    conditions('condition of any type', { name: 'a', expression: 'oldObject.metadata.labels.x' }),
    conditions('condition of everything', {
      name: 'a',
      expression:
        "request.dryRun || namespaceObject == null || authorizer.serviceAccount('a', 'b').path('/').check('get').denied()",
    }),
    conditions('too many conditions', ...Array.from({ length: 65 }, (_, n) => ({ name: `c${n}`, expression: 'true' }))),
    store(),
    patch('to nothing', { webhooks: [] }),
    patch('back', { webhooks: [hook] }),
    patch('to side effects', { webhooks: [{ ...hook, sideEffects: 'Unknown' }] }),
    patch('another name', { metadata: { name: 'other' } }),
  ];
}
