import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wrapDyn } from '#cel/json.ts';
import {
  compileExpression,
  conditionResult,
  PolicyCompiler,
} from '#kinds/admissionregistration/expressions/compile.ts';
import { scopeEnvironment } from '#kinds/admissionregistration/expressions/variables.ts';
import { Activation, type ActivationValues, Budget, BudgetExceeded } from './activation.ts';
import { type ConditionOutcome, evaluateConditions } from './match-conditions.ts';

const values: ActivationValues = {
  object: wrapDyn({ n: 1, list: Array.from({ length: 1000 }, (_, n) => n) }),
  oldObject: null,
  request: wrapDyn({}),
  namespaceObject: null,
  params: null,
};
const compiled = (expression: string) => compileExpression(expression, conditionResult, scopeEnvironment({}));
const missing = "expression 'object.x == 1' resulted in error: no such key: x";
/** About 600,000. */
const costly = 'object.list.all(a, object.list.exists(b, b == a) || true)';
/** Each may run, all of them may not. */
const manyCostly = Array.from(
  { length: 40 },
  () => 'object.list.all(a, [1, 2, 3, 4, 5, 6, 7, 8, 9].all(b, b > 0 && b < 10 && b + a > 0 && b != 20 && b * 2 > 1))',
);
const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run';

const cases: readonly (readonly [string, readonly string[], string, ConditionOutcome])[] = [
  ['all true', ['object.n == 1', 'oldObject == null'], 'Fail', { matches: true }],
  ['one false', ['object.n == 1', 'object.n == 2'], 'Fail', { matches: false }],
  ['false wins over failures before it', ['object.x == 1', 'object.n == 2'], 'Fail', { matches: false }],
  ['a failure', ['object.x == 1', 'object.n == 1'], 'Fail', { error: missing }],
  ['the same failure twice', ['object.x == 1', 'object.x == 1'], 'Fail', { error: missing }],
  [
    'two failures',
    ['object.x == 1', 'object.y == 1'],
    'Fail',
    { error: `[${missing}, ${missing.replaceAll('x ', 'y ').replace('key: x', 'key: y')}]` },
  ],
  ['a failure that is ignored', ['object.x == 1'], 'Ignore', { matches: false }],
  ['too costly together', manyCostly, 'Fail', { error: outOfBudget }],
  ['too costly, ignored', manyCostly, 'Ignore', { matches: false }],
];

describe('evaluateConditions', () => {
  for (const [name, expressions, failurePolicy, expected] of cases) {
    test(name, () => {
      const outcome = evaluateConditions(expressions.map(compiled), new Activation(values, undefined), failurePolicy);
      assert.deepEqual(outcome, expected);
    });
  }
});

test('variables are evaluated once, when they are used, and what they cost counts', () => {
  const compiler = new PolicyCompiler();
  compiler.addVariable('unused', '1 / 0', {});
  compiler.addVariable('big', costly, {});
  compiler.addVariable('bad', 'int(object.list)', {});
  const condition = (expression: string) => compiler.compile(expression, conditionResult, {});
  const activation = new Activation(values, undefined, compiler);
  assert.throws(() => activation.evaluate(condition('variables.big'), new Budget(1000)), BudgetExceeded);
  assert.deepEqual(activation.evaluate(condition('variables.big || true'), new Budget(10)), { ok: true, value: true });
  const failed = activation.evaluate(condition('variables.bad == 1 || variables.unused == 1'), new Budget(1000));
  assert.match(failed.ok ? '' : failed.message, /composited variable "(bad|unused)" fails to (evaluate|compile): /);
});
