import { caseBuilders, type Tree } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';
import { constraints, policyCases } from './policy-cases.ts';

const builders = caseBuilders('admissionregistration.k8s.io/v1/validatingadmissionpolicies', {
  metadata: { name: 'golden-validation' },
  spec: { matchConstraints: constraints, validations: [{ expression: 'true' }] },
});
const { spec, store, patch, patchStatus } = builders;
const validation = (name: string, fields: Tree): GoldenCase =>
  spec(name, { validations: [{ expression: 'true', ...fields }] });
const audit = (name: string, ...auditAnnotations: readonly Tree[]): GoldenCase => spec(name, { auditAnnotations });

export const cases: readonly GoldenCase[] = [
  ...policyCases(builders),
  spec('no validations', { validations: [] }),
  validation('validation without expression', { expression: ' ' }),
  validation('blank message', { message: ' ' }),
  validation('message with lines', { message: 'a\nb' }),
  validation('blank message expression', { messageExpression: ' ' }),
  validation('reason', { reason: 'Mood' }),
  validation('reason that is one', { reason: 'Forbidden', message: 'no' }),
  validation('expression with a syntax error', { expression: 'object.spec.replicas <' }),
  validation('expression of another type', { expression: "'a'" }),
  validation('expression of a map', { expression: "{'a': [1]}" }),
  validation('expression over lines', { expression: 'object.x ==\n  unknown' }),
  validation('expression of params', { expression: 'params.x == 1' }),
  validation('message expression', { messageExpression: "'a' + object.metadata.name" }),
  validation('message expression of another type', { messageExpression: '1' }),
  validation('message expression of authorizer', { messageExpression: "authorizer.path('/x').check('get').reason()" }),
  validation('message expression broken', { messageExpression: "'a' + " }),
  spec('variables', {
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    variables: [
      { name: 'a', expression: 'params.data.x' },
      { name: 'n', expression: 'size(object.metadata.name)' },
      { name: 'l', expression: '[1, 2].map(x, string(x))' },
      { name: 'big', expression: 'variables.n > 2' },
      { name: 'object', expression: 'request.userInfo' },
    ],
    validations: [
      { expression: 'variables.big' },
      { expression: 'variables.n == "a"' },
      { expression: 'variables.l[0] == 1' },
      { expression: 'variables.missing' },
      { expression: 'variables.object.nothing' },
      { expression: 'variables.a' },
    ],
  }),
  spec('variables without variables', { validations: [{ expression: 'variables.x' }] }),
  audit('audit annotation of another type', { key: 'a', valueExpression: '1' }),
  audit('audit annotation null', { key: 'a', valueExpression: ' null ' }),
  audit('audit annotation of any type', { key: 'a', valueExpression: 'object.x' }),
  audit('audit annotation broken', { key: 'a', valueExpression: " 'b" }),
  audit('audit annotation', { key: 'a', valueExpression: "'b'" }),
  audit('audit annotations twice', { key: 'a', valueExpression: "'b'" }, { key: 'a', valueExpression: "'b'" }),
  audit('audit annotation empty', { key: '', valueExpression: '' }),
  audit('audit annotation too long', { key: 'a', valueExpression: `'${'b'.repeat(5200)}'` }),
  audit(
    'audit annotations too many',
    ...Array.from({ length: 21 }, (_, n) => ({ key: `a${n}`, valueExpression: "'b'" })),
  ),
  store(),
  patch('failure policy of the stored', { spec: { failurePolicy: 'Ignore' } }),
  patch('no constraints any more', { spec: { matchConstraints: null } }),
  patchStatus('status', { observedGeneration: 1, conditions: [{ type: 'a b', status: 'Maybe' }] }),
  patchStatus('status of type checking', {
    typeChecking: {
      expressionWarnings: [
        { fieldRef: '', warning: '' },
        { fieldRef: 'spec.validations[0]', warning: 'w' },
      ],
    },
  }),
];
