/** Rules of the metrics that an autoscaler follows, and of references to the objects they describe. */

import { child, type FieldError, forbidden, index, invalid, notSupported, required } from '#api/field-error.ts';
import { checkFormat } from '#api/field-rules.ts';
import { isDNS1123Label, isPathSegmentName } from '#api/name-format.ts';
import { compareQuantities } from '#api/quantity.ts';
import { checkContainerResourceName } from '#kinds/core/resource-names.ts';
import type {
  CrossVersionObjectReference,
  ExternalMetricSource,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
  ObjectMetricSource,
} from '#kinds/generated/autoscaling-v2.ts';

/** What a reference's apiVersion may be: anything, a parseable one, or one that names a group. */
export type ReferenceRules = 'any' | 'core too' | 'with group';

const sourceTypes = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const targetTypes = ['Utilization', 'Value', 'AverageValue'];

/** The field of each type, in the order in which the first one that is there is looked into. */
const sources = [
  ['Object', 'object'],
  ['External', 'external'],
  ['Pods', 'pods'],
  ['Resource', 'resource'],
  ['ContainerResource', 'containerResource'],
] as const;

export function checkReference(
  reference: CrossVersionObjectReference | undefined,
  path: string,
  rules: ReferenceRules,
  errors: FieldError[],
): void {
  for (const field of ['kind', 'name'] as const) {
    const value = reference?.[field];
    if (!value) errors.push(required(child(path, field)));
    else checkFormat(isPathSegmentName, value, child(path, field), errors);
  }
  const fault = apiVersionFault(reference?.apiVersion, rules);
  if (fault !== undefined) errors.push(invalid(child(path, 'apiVersion'), reference?.apiVersion ?? '', fault));
}

export function apiVersionFault(apiVersion = '', rules: ReferenceRules): string | undefined {
  if (rules === 'any') return undefined;
  const parts = apiVersion === '/' ? [''] : apiVersion.split('/');
  if (parts.length > 2) return `unexpected GroupVersion string: ${apiVersion}`;
  const hasGroup = parts.length === 2 && parts[0] !== '';
  return rules === 'with group' && !hasGroup ? 'apiVersion must specify API group' : undefined;
}

export function checkMetrics(
  metrics: readonly MetricSpec[],
  path: string,
  minReplicas: number | undefined,
  rules: ReferenceRules,
  errors: FieldError[],
): void {
  metrics.forEach((metric, position) => {
    checkMetric(metric, index(path, position), rules, errors);
  });
  if (minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')) {
    const detail = 'must specify at least one Object or External metric to support scaling to zero replicas';
    errors.push(forbidden(path, detail));
  }
}

function checkMetric(metric: MetricSpec, path: string, rules: ReferenceRules, errors: FieldError[]): void {
  const typePath = child(path, 'type');
  const type = metric.type ?? '';
  if (type === '') errors.push(required(typePath, 'must specify a metric source type'));
  if (!sourceTypes.includes(type)) errors.push(notSupported(typePath, type, sourceTypes));
  const present = sources.map(([, field]) => field).filter((field) => metric[field] !== undefined);
  const [first] = present;
  if (first !== undefined) checkSource(metric, first, child(path, first), rules, errors);
  const expected = sources.find(([name]) => name === type)?.[1];
  if (expected !== undefined && !metric[expected]) {
    errors.push(required(child(path, expected), 'must populate information for the given metric source'));
  }
  if (present.length === 1) return;
  for (const field of present) {
    if (field !== expected) errors.push(forbidden(child(path, field), 'must populate the given metric source only'));
  }
}

function checkSource(
  metric: MetricSpec,
  field: (typeof sources)[number][1],
  path: string,
  rules: ReferenceRules,
  errors: FieldError[],
): void {
  switch (field) {
    case 'object':
      if (metric.object) checkObjectSource(metric.object, path, rules, errors);
      return;
    case 'external':
      if (metric.external) checkExternalSource(metric.external, path, errors);
      return;
    case 'pods': {
      const { pods } = metric;
      checkIdentifier(pods?.metric, child(path, 'metric'), errors);
      const target = checkTarget(pods?.target, child(path, 'target'), errors);
      if (target.averageValue === undefined) {
        errors.push(required(child(path, 'target', 'averageValue'), 'must specify a positive target averageValue'));
      }
      return;
    }
    case 'resource': {
      const { name = '', target } = metric.resource ?? {};
      if (name === '') errors.push(required(child(path, 'name'), 'must specify a resource name'));
      checkResourceTarget(target, child(path, 'target'), errors);
      return;
    }
    case 'containerResource': {
      const { name = '', container = '', target } = metric.containerResource ?? {};
      if (name === '') errors.push(required(child(path, 'name'), 'must specify a resource name'));
      else checkContainerResourceName(name, child(path, 'name'), errors);
      if (container === '') errors.push(required(child(path, 'container'), 'must specify a container'));
      else checkFormat(isDNS1123Label, container, child(path, 'container'), errors);
      checkResourceTarget(target, child(path, 'target'), errors);
    }
  }
}

function checkObjectSource(
  { describedObject, metric, target }: ObjectMetricSource,
  path: string,
  rules: ReferenceRules,
  errors: FieldError[],
): void {
  checkReference(describedObject, child(path, 'describedObject'), rules, errors);
  checkIdentifier(metric, child(path, 'metric'), errors);
  const { value, averageValue } = checkTarget(target, child(path, 'target'), errors);
  if (value === undefined && averageValue === undefined) {
    errors.push(required(child(path, 'target', 'averageValue'), 'must set either a target value or averageValue'));
  }
}

function checkExternalSource({ metric, target }: ExternalMetricSource, path: string, errors: FieldError[]): void {
  checkIdentifier(metric, child(path, 'metric'), errors);
  const { value, averageValue } = checkTarget(target, child(path, 'target'), errors);
  if (value === undefined && averageValue === undefined) {
    const detail = 'must set either a target value for metric or a per-pod target';
    errors.push(required(child(path, 'target', 'averageValue'), detail));
  }
  if (value !== undefined && averageValue !== undefined) {
    const detail = 'may not set both a target value for metric and a per-pod target';
    errors.push(forbidden(child(path, 'target', 'value'), detail));
  }
}

function checkResourceTarget(target: MetricTarget | undefined, path: string, errors: FieldError[]): void {
  const { averageUtilization, averageValue } = checkTarget(target, path, errors);
  if (averageUtilization === undefined && averageValue === undefined) {
    const detail = 'must set either a target raw value or a target utilization';
    errors.push(required(child(path, 'averageUtilization'), detail));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    const detail = 'may not set both a target raw value and a target utilization';
    errors.push(forbidden(child(path, 'averageValue'), detail));
  }
}

function checkTarget(target: MetricTarget | undefined, path: string, errors: FieldError[]): Partial<MetricTarget> {
  const { type = '', averageUtilization } = target ?? {};
  if (type === '') errors.push(required(child(path, 'type'), 'must specify a metric target type'));
  if (!targetTypes.includes(type)) {
    errors.push(invalid(child(path, 'type'), type, 'must be either Utilization, Value, or AverageValue'));
  }
  for (const field of ['value', 'averageValue'] as const) {
    const quantity = target?.[field];
    if (quantity !== undefined && compareQuantities(quantity, '0') <= 0) {
      errors.push(invalid(child(path, field), quantity, 'must be positive'));
    }
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    errors.push(invalid(child(path, 'averageUtilization'), averageUtilization, 'must be greater than 0'));
  }
  return target ?? {};
}

function checkIdentifier(metric: MetricIdentifier | undefined, path: string, errors: FieldError[]): void {
  const name = metric?.name ?? '';
  if (name === '') errors.push(required(child(path, 'name'), 'must specify a metric name'));
  else checkFormat(isPathSegmentName, name, child(path, 'name'), errors);
}
