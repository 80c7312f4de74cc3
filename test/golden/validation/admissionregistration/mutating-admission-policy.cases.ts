import { caseBuilders, type Tree } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';
import { constraints, policyCases, rule } from './policy-cases.ts';

const patchOf = { patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "remove", path: "/spec"}]' } };
const builders = caseBuilders('admissionregistration.k8s.io/v1/mutatingadmissionpolicies', {
  metadata: { name: 'golden-validation' },
  spec: { matchConstraints: constraints, reinvocationPolicy: 'Never', mutations: [patchOf] },
});
const { spec, store, patch } = builders;
const mutation = (name: string, fields: Tree): GoldenCase => spec(name, { mutations: [fields] });
const json = (name: string, expression: string): GoldenCase =>
  mutation(`json: ${name}`, { patchType: 'JSONPatch', jsonPatch: { expression } });
const apply = (name: string, expression: string): GoldenCase =>
  mutation(name, { patchType: 'ApplyConfiguration', applyConfiguration: { expression } });

export const cases: readonly GoldenCase[] = [
  ...policyCases(builders),
  spec('no mutations', { mutations: [] }),
  spec('no reinvocation policy', { reinvocationPolicy: '' }),
  spec('reinvocation policy', { reinvocationPolicy: 'Often' }),
  spec('deletes', { matchConstraints: { resourceRules: [{ ...rule, operations: ['DELETE'] }] } }),
  mutation('patch type', { ...patchOf, patchType: 'Merge' }),
  mutation('no patch type', { ...patchOf, patchType: '' }),
  mutation('patch of another type', { ...patchOf, patchType: 'ApplyConfiguration' }),
  mutation('no patch', { patchType: 'JSONPatch' }),
  mutation('apply without expression', { patchType: 'ApplyConfiguration', applyConfiguration: { expression: ' ' } }),
  mutation('both patches', { ...patchOf, applyConfiguration: { expression: 'Object{}' } }),
  json('patch of another type', '1'),
  json('patch of any list', '[]'),
  json('patch of strings', '["a"]'),
  json('patch with an unknown field', 'object.x ? [JSONPatch{op: "add", where: "/x"}] : []'),
  json('patch of a path that is no text', '[JSONPatch{op: "add", path: 1}]'),
  json('patch of objects', '[JSONPatch{op: "add", path: "/spec/x", value: Object.spec.x{a: 1}}]'),
  json('patch of an escaped key', '[JSONPatch{op: "remove", path: "/metadata/labels/" + jsonpatch.escapeKey("a/b")}]'),
  apply('apply configuration', 'Object{spec: Object.spec{replicas: object.spec.replicas + 1}}'),
  apply('apply of another type', '{"spec": 1}'),
  apply('apply of a part', 'Object.spec{a: 1}'),
  apply('apply broken', 'Object{'),
  apply('apply of an unknown type', 'Thing{}'),
  mutation('patch without expression', { patchType: 'JSONPatch', jsonPatch: {} }),
  store(),
  patch('failure policy of the stored', { spec: { failurePolicy: 'Ignore' } }),
  patch('no mutations any more', { spec: { mutations: [] } }),
];
