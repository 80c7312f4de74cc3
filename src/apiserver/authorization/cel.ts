/** Match conditions of authorization webhooks in CEL: `request` is a SubjectAccessReviewSpec, its texts there even when empty. */

import { type Environment, extendEnvironment } from '#cel/environment.ts';
import { formatIssues } from '#cel/issues.ts';
import { wrapperOf } from '#cel/json.ts';
import { compile, createProgram } from '#cel/program.ts';
import { formatType, listType, mapType, objectType, stringType } from '#cel/types.ts';
import { CelError } from '#cel/values.ts';
import type { ResourceAttributes, SubjectAccessReviewSpec } from '#kinds/generated/authorization-v1.ts';
import type { MatchConditionCompiler } from './webhook.ts';

/** What one evaluation may cost: as much as an admission policy's expression. */
const costLimit = 1_000_000;

const requirementType = objectType('kubernetes.SelectorRequirement', {
  key: stringType,
  operator: stringType,
  values: listType(stringType),
});
const selectorFields = { rawSelector: stringType, requirements: listType(requirementType) };
const fieldSelectorType = objectType('kubernetes.FieldSelectorAttributes', selectorFields);
const labelSelectorType = objectType('kubernetes.LabelSelectorAttributes', selectorFields);
const texts = ['namespace', 'verb', 'group', 'version', 'resource', 'subresource', 'name'] as const;
const resourceAttributesType = objectType('kubernetes.ResourceAttributes', {
  ...Object.fromEntries(texts.map((name) => [name, stringType])),
  fieldSelector: fieldSelectorType,
  labelSelector: labelSelectorType,
});
const nonResourceAttributesType = objectType('kubernetes.NonResourceAttributes', {
  path: stringType,
  verb: stringType,
});
const requestType = objectType('kubernetes.SubjectAccessReviewSpec', {
  resourceAttributes: resourceAttributesType,
  nonResourceAttributes: nonResourceAttributesType,
  user: stringType,
  groups: listType(stringType),
  extra: mapType(stringType, listType(stringType)),
  uid: stringType,
});

export function createMatchConditionCompiler(base: Environment): MatchConditionCompiler {
  const environment = extendEnvironment(base, {
    variables: [{ name: 'request', type: requestType }],
    types: [
      requestType,
      resourceAttributesType,
      nonResourceAttributesType,
      fieldSelectorType,
      labelSelectorType,
      requirementType,
    ],
  });
  const wrap = wrapperOf(requestType);
  return (expression) => {
    const compiled = compile(expression, environment);
    if (!compiled.ok) return { fault: `compilation failed: ${formatIssues(expression, compiled.issues)}` };
    if (compiled.outputType.kind !== 'bool') {
      return { fault: `must evaluate to bool but got ${formatType(compiled.outputType)}` };
    }
    const program = createProgram(compiled.checked, environment);
    return {
      matches(request) {
        const { result } = program.evaluate(new Map([['request', wrap(complete(request))]]), { costLimit });
        if (typeof result === 'boolean') return result;
        const reason = result instanceof CelError ? result.message : 'the result is no bool';
        throw new Error(`cel evaluation error: expression '${expression}' resulted in error: ${reason}`);
      },
    };
  };
}

/** With every text and list of the user and the attributes, so that expressions need not ask whether they are there. */
function complete(spec: SubjectAccessReviewSpec) {
  const { user = '', groups = [], uid = '', extra = {}, resourceAttributes, nonResourceAttributes } = spec;
  return {
    user,
    groups,
    uid,
    extra,
    ...(resourceAttributes ? { resourceAttributes: completeAttributes(resourceAttributes) } : {}),
    ...(nonResourceAttributes ? { nonResourceAttributes: { path: '', verb: '', ...nonResourceAttributes } } : {}),
  };
}

function completeAttributes(attributes: ResourceAttributes) {
  return { ...Object.fromEntries(texts.map((name) => [name, ''])), ...attributes };
}
