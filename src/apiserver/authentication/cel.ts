/** Expressions of authentication in CEL: `claims` is a map of what the token says, `user` is a kubernetes.UserInfo. */

import { type Environment, extendEnvironment } from '#cel/environment.ts';
import { formatIssues } from '#cel/issues.ts';
import { jsonOf, wrapperOf } from '#cel/json.ts';
import { compile, createProgram } from '#cel/program.ts';
import { readsField } from '#cel/reads.ts';
import { type CelType, dynType, listType, mapType, objectType, stringType } from '#cel/types.ts';
import { CelError } from '#cel/values.ts';
import type { ExpressionCompiler, ExpressionVariable } from './expressions.ts';

/** What one evaluation may cost: as much as an admission policy's expression. */
const costLimit = 1_000_000;

const types: Readonly<Record<ExpressionVariable, CelType>> = {
  claims: mapType(stringType, dynType),
  user: objectType('kubernetes.UserInfo', {
    username: stringType,
    uid: stringType,
    groups: listType(stringType),
    extra: mapType(stringType, listType(stringType)),
  }),
};

export function createExpressionCompiler(base: Environment): ExpressionCompiler {
  const environmentOf = (name: ExpressionVariable) => {
    const type = types[name];
    return extendEnvironment(base, {
      variables: [{ name, type }],
      ...(type.kind === 'object' ? { types: [type] } : {}),
    });
  };
  const environments = { claims: environmentOf('claims'), user: environmentOf('user') };
  return (expression, variable, result) => {
    const environment = environments[variable];
    const compiled = compile(expression, environment);
    if (!compiled.ok) return { fault: `compilation failed: ${formatIssues(expression, compiled.issues)}` };
    // What claims hold is known only when they come: just rules can be held to a type.
    if (result === 'bool' && compiled.outputType.kind !== 'bool') return { fault: 'must evaluate to bool' };
    const program = createProgram(compiled.checked, environment);
    const wrap = wrapperOf(types[variable]);
    return {
      evaluate(value) {
        const outcome = program.evaluate(new Map([[variable, wrap(value)]]), { costLimit });
        if (outcome.result instanceof CelError) throw new Error(outcome.result.message);
        return jsonOf(outcome.result);
      },
      reads: (field) => readsField(compiled.checked.expr, field, variable),
    };
  };
}
