/** One metric of an autoscaler: measured, held against its target, and told in the status (upstream's computeReplicasForMetric). */

import { type Selector, selectorFromLabelSelector } from '#api/label-selector.ts';
import { milliQuantity, quantityMillis } from '#api/quantity.ts';
import { messageOf } from '#base/errors.ts';
import type {
  ContainerResourceMetricSource,
  ExternalMetricSource,
  MetricIdentifier,
  MetricSpec,
  MetricStatus,
  MetricValueStatus,
  ObjectMetricSource,
  PodsMetricSource,
  ResourceMetricSource,
} from '#kinds/generated/autoscaling-v2.ts';
import type { MetricsClient } from './metrics-client.ts';
import { printedSelector } from './printed-selector.ts';
import {
  type Proposal,
  type Question,
  replicasByAverage,
  replicasByShare,
  replicasByUtilization,
  replicasByValue,
  totalOf,
} from './replica-calculator.ts';

/** What a metric has to be asked with. */
export interface MetricContext {
  readonly client: MetricsClient;
  readonly namespace: string;
  readonly selector: Selector;
  /** The scale's status.replicas. */
  readonly statusReplicas: number;
  readonly question: Question;
  readonly signal: AbortSignal;
}

export type MetricOutcome =
  | { readonly type: 'proposal'; readonly replicas: number; readonly metric: string; readonly status: MetricStatus }
  /** `cause` is the message of the condition and of the event `reason`; `message` says of which metric. */
  | { readonly type: 'failure'; readonly reason: string; readonly cause: string; readonly message: string };

export async function replicasForMetric(spec: MetricSpec, context: MetricContext): Promise<MetricOutcome> {
  const [reason, subject] = describe(spec);
  try {
    return { type: 'proposal', ...(await proposalFor(spec, context)) };
  } catch (error) {
    if (context.signal.aborted) throw error;
    const cause = messageOf(error);
    return { type: 'failure', reason, cause, message: subject === '' ? cause : `failed to get ${subject}: ${cause}` };
  }
}

/** The reason of its failures, and what upstream calls it in them. */
function describe({ type, object, resource, containerResource, external }: MetricSpec): readonly [string, string] {
  switch (type) {
    case 'Object': {
      const isShare = object?.target.type === 'AverageValue';
      const detail = isShare ? `: failed to get ${object.metric.name} object metric` : '';
      return ['FailedGetObjectMetric', `object metric value${detail}`];
    }
    case 'Pods':
      return ['FailedGetPodsMetric', 'pods metric value'];
    case 'Resource':
      return ['FailedGetResourceMetric', `${resource?.name} resource metric value`];
    case 'ContainerResource':
      return ['FailedGetContainerResourceMetric', `${containerResource?.container} container metric value`];
    case 'External': {
      const name = external?.metric.name;
      const isShare = external?.target.averageValue !== undefined;
      const detail = isShare ? `failed to get ${name} external metric` : `failed to get external metric ${name}`;
      return ['FailedGetExternalMetric', `${name} external metric value: ${detail}`];
    }
    default:
      return ['InvalidMetricSourceType', ''];
  }
}

interface Found {
  readonly replicas: number;
  readonly metric: string;
  readonly status: MetricStatus;
}

async function proposalFor(spec: MetricSpec, context: MetricContext): Promise<Found> {
  const { type, object, pods, resource, containerResource, external } = spec;
  if (type === 'Object' && object) return byObject(object, context);
  if (type === 'Pods' && pods) return byPods(pods, context);
  if (type === 'Resource' && resource) return byResource(resource, context);
  if (type === 'ContainerResource' && containerResource) return byContainerResource(containerResource, context);
  if (type === 'External' && external) return byExternal(external, context);
  throw new Error(`unknown metric source type ${JSON.stringify(type)}`);
}

async function byResource(source: ResourceMetricSource, context: MetricContext): Promise<Found> {
  const { name } = source;
  const { current, replicas, isUtilization } = await measuredResource(source, '', context);
  const metric = isUtilization ? `${name} resource utilization (percentage of request)` : `${name} resource`;
  return { replicas, metric, status: { type: 'Resource', resource: { name, current } } };
}

async function byContainerResource(source: ContainerResourceMetricSource, context: MetricContext): Promise<Found> {
  const { name, container } = source;
  const { current, replicas, isUtilization } = await measuredResource(source, container, context);
  const metric = isUtilization ? `${name} container resource utilization (percentage of request)` : `${name} resource`;
  return { replicas, metric, status: { type: 'ContainerResource', containerResource: { name, container, current } } };
}

async function measuredResource(
  { name, target }: ResourceMetricSource,
  container: string,
  { client, namespace, selector, question, signal }: MetricContext,
): Promise<{ readonly current: MetricValueStatus; readonly replicas: number; readonly isUtilization: boolean }> {
  const { averageValue, averageUtilization } = target;
  if (averageValue === undefined && averageUtilization === undefined) {
    throw new Error(
      'invalid resource metric source: neither an average utilization target nor an average value target was set',
    );
  }
  const isUtilization = averageValue === undefined;
  const failed = `failed to get ${name} ${isUtilization ? 'utilization' : 'usage'}`;
  const measured = await explained(`${failed}: unable to get metrics for resource ${name}`, () =>
    client.resource(name, namespace, selector, container, signal),
  );
  const { replicas, usage, utilization } = await explained(failed, () =>
    isUtilization
      ? replicasByUtilization(question, measured, averageUtilization ?? 0, name, container)
      : replicasByAverage(question, measured, quantityMillis(averageValue), name),
  );
  const used = milliQuantity(usage, name === 'memory' ? 'BinarySI' : 'DecimalSI');
  const current = { ...(utilization === undefined ? {} : { averageUtilization: utilization }), averageValue: used };
  return { current, replicas, isUtilization };
}

async function byPods({ metric, target }: PodsMetricSource, context: MetricContext): Promise<Found> {
  const { client, namespace, selector, question, signal } = context;
  const metricSelector = selectorFromLabelSelector(metric.selector);
  const measured = await explained(`unable to get metric ${metric.name}`, () =>
    client.pods(metric.name, namespace, selector, metricSelector, signal),
  );
  const { replicas, usage } = replicasByAverage(question, measured, millisOf(target.averageValue), '');
  const status = { type: 'Pods', pods: { metric: identifier(metric), current: { averageValue: decimal(usage) } } };
  return { replicas, metric: `pods metric ${metric.name}`, status };
}

async function byObject({ metric, target, describedObject }: ObjectMetricSource, context: MetricContext) {
  const { client, namespace, question, statusReplicas, signal } = context;
  const { kind, name } = describedObject;
  const metricSelector = selectorFromLabelSelector(metric.selector);
  const read = async () => {
    try {
      return await client.object(metric.name, namespace, describedObject, metricSelector, signal);
    } catch (error) {
      const words = `unable to get metric ${metric.name}: ${kind} on ${namespace} ${name}/${messageOf(error)}`;
      throw new Error(words, { cause: error });
    }
  };
  const found = (replicas: number, current: MetricValueStatus, said: string): Found => ({
    replicas,
    metric: said,
    status: { type: 'Object', object: { describedObject, metric: identifier(metric), current } },
  });
  if (target.type === 'Value' && target.value !== undefined) {
    const { replicas, usage } = replicasByValue(question, await read(), quantityMillis(target.value));
    return found(replicas, { value: decimal(usage) }, `${kind} metric ${metric.name}`);
  }
  if (target.type === 'AverageValue' && target.averageValue !== undefined) {
    const share = quantityMillis(target.averageValue);
    const { replicas, usage } = replicasByShare(question, statusReplicas, await read(), share);
    return found(replicas, { averageValue: decimal(usage) }, printedExternal(metric));
  }
  throw new Error('invalid object metric source: neither a value target nor an average value target was set');
}

async function byExternal({ metric, target }: ExternalMetricSource, context: MetricContext): Promise<Found> {
  const { client, namespace, question, statusReplicas, signal } = context;
  const read = async () => {
    const selector = selectorFromLabelSelector(metric.selector);
    const words = `unable to get external metric ${namespace}/${metric.name}/${printedSelector(metric.selector)}`;
    return totalOf(await explained(words, () => client.external(metric.name, namespace, selector, signal)));
  };
  const found = (proposal: Proposal, current: MetricValueStatus): Found => ({
    replicas: proposal.replicas,
    metric: printedExternal(metric),
    status: { type: 'External', external: { metric: identifier(metric), current } },
  });
  const { averageValue, value } = target;
  if (averageValue !== undefined) {
    const proposal = replicasByShare(question, statusReplicas, await read(), quantityMillis(averageValue));
    return found(proposal, { averageValue: decimal(proposal.usage) });
  }
  if (value !== undefined) {
    const proposal = replicasByValue(question, await read(), quantityMillis(value));
    return found(proposal, { value: decimal(proposal.usage) });
  }
  throw new Error('invalid external metric source: neither a value target nor an average value target was set');
}

function identifier({ name, selector }: MetricIdentifier): MetricIdentifier {
  return { name, ...(selector ? { selector } : {}) };
}

function printedExternal({ name, selector }: MetricIdentifier): string {
  return `external metric ${name}(${printedSelector(selector)})`;
}

function millisOf(quantity: string | undefined): bigint {
  return quantityMillis(quantity ?? '0');
}

function decimal(millis: bigint): string {
  return milliQuantity(millis, 'DecimalSI');
}

async function explained<T>(words: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new Error(`${words}: ${messageOf(error)}`, { cause: error });
  }
}
