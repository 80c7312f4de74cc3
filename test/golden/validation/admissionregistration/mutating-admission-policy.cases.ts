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
  mutation('patch without expression', { patchType: 'JSONPatch', jsonPatch: {} }),
  store(),
  patch('failure policy of the stored', { spec: { failurePolicy: 'Ignore' } }),
  patch('no mutations any more', { spec: { mutations: [] } }),
];
