/** Access reviews: validation with upstream's messages (pkg/apis/authorization/validation), and what is asked of the authorizers. */

import { child, type FieldError, forbidden, index, invalid, required } from '#api/field-error.ts';
import { checkFormat } from '#api/field-rules.ts';
import { type FieldRequirement, type FieldSelector, parseFieldSelector } from '#api/field-selector.ts';
import { checkLabelName } from '#api/label-rules.ts';
import { parseLabelSelector, type Selector, selectorFromLabelSelector } from '#api/label-selector.ts';
import { isValidLabelValue } from '#api/name-format.ts';
import type { KubeObject } from '#api/object.ts';
import type { UserInfo } from '#api/request.ts';
import type {
  FieldSelectorAttributes,
  LabelSelectorAttributes,
  NonResourceAttributes,
  ResourceAttributes,
  SubjectAccessReview,
} from '#kinds/generated/authorization-v1.ts';
import type { AuthorizationAttributes } from '../authorizer.ts';

const resourcePath = 'spec.resourceAttributes';

export function accessErrors(review: KubeObject, needsSubject: boolean): FieldError[] {
  const { spec } = review as SubjectAccessReview;
  const { resourceAttributes, nonResourceAttributes, user = '', groups = [] } = spec ?? {};
  const errors: FieldError[] = [];
  if (resourceAttributes && nonResourceAttributes) {
    const detail = 'cannot be specified in combination with resourceAttributes';
    errors.push(invalid('spec.nonResourceAttributes', internal(nonResourceAttributes), detail));
  }
  if (!resourceAttributes && !nonResourceAttributes) {
    const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    errors.push(invalid(resourcePath, null, detail));
  }
  if (needsSubject && user === '' && groups.length === 0) {
    errors.push(invalid('spec.user', user, 'at least one of user or group must be specified'));
  }
  const { fieldSelector, labelSelector } = resourceAttributes ?? {};
  if (fieldSelector)
    selectorErrors(fieldSelector, child(resourcePath, 'fieldSelector'), fieldRequirementErrors, errors);
  if (labelSelector)
    selectorErrors(labelSelector, child(resourcePath, 'labelSelector'), labelRequirementErrors, errors);
  return errors;
}

/** The internal type, which upstream prints, has no JSON names. */
function internal({ path = '', verb = '' }: NonResourceAttributes) {
  return { Path: path, Verb: verb };
}

/** Metadata as the wire has it: with fields in the order of the schema. */
export type MetadataPrinter = (metadata: KubeObject['metadata']) => unknown;

/** Reviews have no metadata: nothing is stored. `allowed` are fields that may be there all the same. */
export function metadataErrors(
  { metadata }: KubeObject,
  print: MetadataPrinter,
  detail: string,
  allowed: readonly string[],
): FieldError[] {
  const named = Object.entries(metadata ?? {}).some(
    ([name, value]) => name !== 'managedFields' && !allowed.includes(name) && value !== undefined && value !== '',
  );
  return named ? [invalid('metadata', print(metadata), detail)] : [];
}

export function localErrors(review: KubeObject, print: MetadataPrinter, namespace: string): FieldError[] {
  const errors = metadataErrors(review, print, 'must be empty except for namespace', ['namespace']);
  const { resourceAttributes, nonResourceAttributes } = (review as SubjectAccessReview).spec ?? {};
  const { namespace: asked = '' } = resourceAttributes ?? {};
  if (resourceAttributes && asked !== namespace) {
    errors.push(invalid(`${resourcePath}.namespace`, asked, 'must match metadata.namespace'));
  }
  if (nonResourceAttributes) {
    const detail = 'disallowed on this kind of request';
    errors.push(invalid('spec.nonResourceAttributes', internal(nonResourceAttributes), detail));
  }
  return errors;
}

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
}

function selectorErrors(
  { rawSelector = '', requirements = [] }: FieldSelectorAttributes | LabelSelectorAttributes,
  path: string,
  check: (requirement: Requirement, path: string, errors: FieldError[]) => void,
  errors: FieldError[],
): void {
  if (rawSelector !== '' && requirements.length > 0) {
    const detail = 'may not specified at the same time as requirements';
    errors.push(invalid(child(path, 'rawSelector'), rawSelector, detail));
  }
  if (rawSelector === '' && requirements.length === 0) {
    const detail = `when ${path} is specified, requirements or rawSelector is required`;
    errors.push(required(child(path, 'requirements'), detail));
  }
  requirements.forEach((requirement, position) => {
    check(requirement, index(child(path, 'requirements'), position), errors);
  });
}

/** Operators that are not known are let through: newer clients may know more, and are answered for what is understood. */
function valueErrors({ operator, values = [] }: Requirement, path: string, errors: FieldError[]): void {
  const place = child(path, 'values');
  if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
    errors.push(required(place, "must be specified when `operator` is 'In' or 'NotIn'"));
  }
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
    errors.push(forbidden(place, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  }
}

function fieldRequirementErrors(requirement: Requirement, path: string, errors: FieldError[]): void {
  valueErrors(requirement, path, errors);
  if (requirement.key === '') errors.push(required(child(path, 'key'), 'must be specified'));
}

function labelRequirementErrors(requirement: Requirement, path: string, errors: FieldError[]): void {
  valueErrors(requirement, path, errors);
  checkLabelName(requirement.key, child(path, 'key'), errors);
  requirement.values?.forEach((value, position) => {
    checkFormat(isValidLabelValue, value, index(child(path, 'values'), position), errors);
  });
}

export interface Question {
  readonly attributes: AuthorizationAttributes;
  /** What was not understood of the selectors: the question is then broader. */
  readonly ignored: readonly string[];
}

export function resourceQuestion(user: UserInfo, asked: ResourceAttributes): Question {
  const ignored: string[] = [];
  const field = asked.fieldSelector && fieldSelectorOf(asked.fieldSelector, ignored);
  const label = asked.labelSelector && labelSelectorOf(asked.labelSelector, ignored);
  return {
    attributes: {
      user,
      isResourceRequest: true,
      verb: asked.verb ?? '',
      apiGroup: asked.group ?? '',
      apiVersion: asked.version || '*',
      resource: asked.resource ?? '',
      subresource: asked.subresource ?? '',
      namespace: asked.namespace ?? '',
      name: asked.name ?? '',
      path: '',
      ...(field ? { fieldSelector: field } : {}),
      ...(label ? { labelSelector: label } : {}),
    },
    ignored,
  };
}

function fieldSelectorOf(
  { rawSelector = '', requirements = [] }: FieldSelectorAttributes,
  ignored: string[],
): FieldSelector | undefined {
  if (rawSelector !== '') {
    try {
      return parseFieldSelector(rawSelector);
    } catch {
      ignored.push(ignoredText('fieldSelector', false));
      return undefined;
    }
  }
  const understood: FieldRequirement[] = [];
  let partly = false;
  for (const { key, operator, values = [] } of requirements) {
    const [value] = values;
    if ((operator === 'In' || operator === 'NotIn') && value !== undefined && values.length === 1) {
      understood.push({ field: key, operator: operator === 'In' ? '=' : '!=', value });
    } else partly = true;
  }
  if (partly) ignored.push(ignoredText('fieldSelector', understood.length > 0));
  return understood.length > 0 ? { requirements: understood } : undefined;
}

function ignoredText(selector: string, partly: boolean): string {
  return `${resourcePath}.${selector} ${partly ? 'partially ' : ''}ignored due to parse error`;
}

const labelOperators = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

function labelSelectorOf(
  { rawSelector = '', requirements = [] }: LabelSelectorAttributes,
  ignored: string[],
): Selector | undefined {
  if (rawSelector !== '') {
    try {
      return parseLabelSelector(rawSelector);
    } catch {
      ignored.push(ignoredText('labelSelector', false));
      return undefined;
    }
  }
  const known = requirements.filter(({ operator }) => labelOperators.includes(operator));
  if (known.length < requirements.length) {
    ignored.push(ignoredText('labelSelector', known.length > 0));
  }
  return known.length > 0 ? selectorFromLabelSelector({ matchExpressions: known }) : undefined;
}
