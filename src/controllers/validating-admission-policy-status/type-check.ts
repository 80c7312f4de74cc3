/**
 * Type checking of validating policies: their expressions compiled again for each kind that they name, with the types of its fields (apiserver
 * admission/plugin/policy/validating/typechecking.go). Kinds behind wildcards, and kinds that nobody knows, are not checked.
 */

import type { Environment } from '#cel/environment.ts';
import { formatIssues } from '#cel/issues.ts';
import { compile } from '#cel/program.ts';
import { type CelType, dynType } from '#cel/types.ts';
import { PolicyCompiler } from '#kinds/admissionregistration/expressions/compile.ts';
import { typedEnvironment } from '#kinds/admissionregistration/expressions/variables.ts';
import type {
  ExpressionWarning,
  NamedRuleWithOperations,
  ParamKind,
  ValidatingAdmissionPolicySpec,
} from '#kinds/generated/admissionregistration-v1.ts';

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** What is known of the kinds that are served. */
export interface KindCatalog {
  kindOf(group: string, version: string, resource: string): GroupVersionKind | undefined;
  /** The type of the kind's objects. */
  typeOf(kind: GroupVersionKind): CelType | undefined;
}

/** Of one rule of a policy. */
const maxTypesToCheck = 10;

export function typeWarnings(spec: ValidatingAdmissionPolicySpec, catalog: KindCatalog): readonly ExpressionWarning[] {
  const checkers = checkersFor(spec, catalog);
  if (checkers.length === 0) return [];
  const warnings: ExpressionWarning[] = [];
  const check = (expression: string, fieldRef: string): void => {
    const found = checkers.flatMap(({ kind, environment }) => {
      const compiled = compile(expression, environment);
      if (compiled.ok) return [];
      const { group, version, kind: name } = kind;
      return [`${group}/${version}, Kind=${name}: ${formatIssues(expression, compiled.issues)}\n`];
    });
    if (found.length > 0) warnings.push({ fieldRef, warning: found.join('\n') });
  };
  spec.validations?.forEach(({ expression, messageExpression }, index) => {
    check(expression, `spec.validations[${index}].expression`);
    if (messageExpression) check(messageExpression, `spec.validations[${index}].messageExpression`);
  });
  return warnings;
}

interface Checker {
  readonly kind: GroupVersionKind;
  readonly environment: Environment;
}

function checkersFor(spec: ValidatingAdmissionPolicySpec, catalog: KindCatalog): readonly Checker[] {
  const paramKind = spec.paramKind && paramKindOf(spec.paramKind);
  const params = paramKind && catalog.typeOf(paramKind);
  return kindsToCheck(spec.matchConstraints?.resourceRules ?? [], catalog).flatMap((kind) => {
    const object = catalog.typeOf(kind);
    if (!object) return [];
    const typed = typedEnvironment({ params: paramKind !== undefined, authorizer: true }, { object, params });
    const compiler = new PolicyCompiler(() => typed);
    for (const { name, expression } of spec.variables ?? []) {
      const compiled = compile(expression, compiler.environment({}));
      compiler.declare(name, compiled.ok ? compiled.outputType : dynType);
    }
    return [{ kind, environment: compiler.environment({}) }];
  });
}

function paramKindOf({ apiVersion = '', kind = '' }: ParamKind): GroupVersionKind {
  const slash = apiVersion.indexOf('/');
  return { group: slash < 0 ? '' : apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1), kind };
}

/** Sorted; as soon as one rule names as many as are checked, no others are looked for. */
function kindsToCheck(rules: readonly NamedRuleWithOperations[], catalog: KindCatalog): readonly GroupVersionKind[] {
  const found = new Map<string, GroupVersionKind>();
  const sorted = () => {
    const order = ({ group, version, kind }: GroupVersionKind) => `${group}\0${version}\0${kind}`;
    return [...found.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  };
  for (const { apiGroups = [], apiVersions = [], resources = [] } of rules) {
    if (apiGroups.some(hasWildcard) || apiVersions.some(hasWildcard)) continue;
    const plain = resources.filter((resource) => !/[*/]/.test(resource)).sort();
    let count = 0;
    for (const group of [...apiGroups].sort()) {
      for (const version of [...apiVersions].sort()) {
        for (const resource of plain) {
          const kind = catalog.kindOf(group, version, resource);
          if (!kind) continue;
          found.set(JSON.stringify(kind), kind);
          if (++count === maxTypesToCheck) return sorted();
        }
      }
    }
  }
  return sorted();
}

function hasWildcard(text: string): boolean {
  return text.includes('*');
}
