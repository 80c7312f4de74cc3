/** Rules of node affinity and of affinity between pods. Node selectors are used by volumes and devices too. */

import { child, type FieldError, forbidden, index, invalid, required } from '#api/field-error.ts';
import { checkFormat } from '#api/field-rules.ts';
import { checkLabelName, checkLabelSelector } from '#api/label-rules.ts';
import { isDNS1123Label, isDNS1123Subdomain, isValidLabelValue } from '#api/name-format.ts';
import type {
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinityTerm,
} from '#kinds/generated/core-v1.ts';
import type { SpecContext } from './rules.ts';
import { checkMatchLabelKeys } from './topology.ts';

const requiredField = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferredField = 'preferredDuringSchedulingIgnoredDuringExecution';

export function checkAffinity({ spec, rules, errors }: SpecContext, path: string): void {
  const { affinity } = spec;
  if (!affinity) return;
  const { nodeAffinity } = affinity;
  if (nodeAffinity) {
    const at = child(path, 'nodeAffinity');
    const selector = nodeAffinity[requiredField];
    if (selector) {
      checkNodeSelector(selector, rules.allowInvalidNodeAffinityValues, child(at, requiredField), errors);
    }
    nodeAffinity[preferredField]?.forEach(({ weight, preference }, position) => {
      const termPath = index(child(at, preferredField), position);
      checkWeight(weight, child(termPath, 'weight'), errors);
      // A preference that matches nothing does no harm.
      checkNodeSelectorTerm(preference ?? {}, true, child(termPath, 'preference'), errors);
    });
  }
  for (const field of ['podAffinity', 'podAntiAffinity'] as const) {
    const side = affinity[field];
    const at = child(path, field);
    side?.[requiredField]?.forEach((term, position) => {
      checkPodTerm(term, rules.allowInvalidSelectorValues, index(child(at, requiredField), position), errors);
    });
    side?.[preferredField]?.forEach(({ weight, podAffinityTerm }, position) => {
      const termPath = index(child(at, preferredField), position);
      checkWeight(weight, child(termPath, 'weight'), errors);
      checkPodTerm(podAffinityTerm, rules.allowInvalidSelectorValues, child(termPath, 'podAffinityTerm'), errors);
    });
  }
}

export function checkNodeSelector(
  { nodeSelectorTerms }: NodeSelector,
  allowInvalidValues: boolean,
  path: string,
  errors: FieldError[],
): void {
  const termsPath = child(path, 'nodeSelectorTerms');
  if ((nodeSelectorTerms ?? []).length === 0) {
    errors.push(required(termsPath, 'must have at least one node selector term'));
  }
  nodeSelectorTerms?.forEach((term, position) => {
    checkNodeSelectorTerm(term, allowInvalidValues, index(termsPath, position), errors);
  });
}

function checkNodeSelectorTerm(
  { matchExpressions, matchFields }: NodeSelectorTerm,
  allowInvalidValues: boolean,
  path: string,
  errors: FieldError[],
): void {
  matchExpressions?.forEach((requirement, position) => {
    checkExpression(requirement, allowInvalidValues, index(child(path, 'matchExpressions'), position), errors);
  });
  matchFields?.forEach((requirement, position) => {
    checkField(requirement, index(child(path, 'matchFields'), position), errors);
  });
}

function checkExpression(
  { key = '', operator, values = [] }: NodeSelectorRequirement,
  allowInvalidValues: boolean,
  path: string,
  errors: FieldError[],
): void {
  const valuesPath = child(path, 'values');
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) {
        errors.push(required(valuesPath, "must be specified when `operator` is 'In' or 'NotIn'"));
      }
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        errors.push(forbidden(valuesPath, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      }
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) {
        errors.push(required(valuesPath, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      }
      break;
    default:
      errors.push(invalid(child(path, 'operator'), operator ?? '', 'not a valid selector operator'));
  }
  checkLabelName(key, child(path, 'key'), errors);
  if (allowInvalidValues) return;
  values.forEach((value, position) => {
    checkFormat(isValidLabelValue, value, index(valuesPath, position), errors);
  });
}

/** Nodes have one field to choose by: their name. */
function checkField(
  { key = '', operator, values = [] }: NodeSelectorRequirement,
  path: string,
  errors: FieldError[],
): void {
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.push(invalid(child(path, 'operator'), operator ?? '', 'not a valid selector operator'));
  } else if (values.length !== 1) {
    const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errors.push(required(child(path, 'values'), detail));
  }
  if (key !== 'metadata.name') {
    errors.push(invalid(child(path, 'key'), key, 'not a valid field selector key'));
    return;
  }
  values.forEach((value, position) => {
    checkFormat(isDNS1123Subdomain, value, index(child(path, 'values'), position), errors);
  });
}

function checkPodTerm(term: PodAffinityTerm, allowInvalidValues: boolean, path: string, errors: FieldError[]): void {
  const rules = { allowInvalidValues };
  checkLabelSelector(term.labelSelector, child(path, 'labelSelector'), errors, rules);
  checkLabelSelector(term.namespaceSelector, child(path, 'namespaceSelector'), errors, rules);
  for (const name of term.namespaces ?? []) checkFormat(isDNS1123Label, name, child(path, 'namespace'), errors);
  checkMatchLabelKeys(term, path, errors);
  const { topologyKey = '' } = term;
  if (topologyKey === '') errors.push(required(child(path, 'topologyKey'), 'can not be empty'));
  checkLabelName(topologyKey, child(path, 'topologyKey'), errors);
}

function checkWeight(weight: number | undefined, path: string, errors: FieldError[]): void {
  const value = weight ?? 0;
  if (value <= 0 || value > 100) errors.push(invalid(path, value, 'must be in the range 1-100'));
}
