/**
 * HorizontalPodAutoscaler controller: sizes what an autoscaler names, by what is measured of its pods. Each autoscaler is looked at every
 * 15 seconds and not sooner, whatever happens: measurements are no newer than that.
 */

import { keyOf } from '#api/object.ts';
import { formatTime } from '#api/time.ts';
import { messageOf } from '#base/errors.ts';
import { HorizontalPodAutoscalers } from '#kinds/autoscaling/horizontal-pod-autoscaler/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Scale } from '#kinds/generated/autoscaling-v1.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HorizontalPodAutoscalerStatus,
  MetricStatus,
} from '#kinds/generated/autoscaling-v2.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import type { Controller, ControllerContext, ControllerFactory } from '#runtime/controller.ts';
import { type EventType, referenceTo } from '#runtime/event-recorder.ts';
import type { Informer } from '#runtime/informer.ts';
import { ResourceDiscovery } from '../discovery/api-resources.ts';
import { StatusWriter } from '../status-write.ts';
import { WriteFence } from '../write-fence.ts';
import { type Finding, withFindings } from './conditions.ts';
import { type MetricOutcome, replicasForMetric } from './metric-replicas.ts';
import { MetricsClient } from './metrics-client.ts';
import { judge, planCourse, planResize, tolerancesOf } from './plan.ts';
import { newHistory, type ScalingHistory, withScaleEvent } from './scaling-history.ts';
import { TargetSelectors } from './selectors.ts';
import { resourceOf, ScaleTarget } from './target.ts';

export const horizontalPodAutoscalerController: ControllerFactory = {
  name: 'horizontal-pod-autoscaler-controller',
  eventSource: 'horizontal-pod-autoscaler',
  create: (context) => new HorizontalPodAutoscalerController(context),
};

/** --horizontal-pod-autoscaler-sync-period. */
const syncPeriodMs = 15_000;

/** One round with one autoscaler. */
interface Round {
  readonly key: string;
  readonly autoscaler: HorizontalPodAutoscaler;
  readonly spec: HorizontalPodAutoscalerSpec;
  readonly namespace: string;
  readonly signal: AbortSignal;
  readonly findings: Finding[];
}

/** What the status says beside conditions; absent when the target was not found. */
interface Counts {
  readonly current: number;
  readonly desired: number;
  readonly metrics: readonly MetricStatus[] | undefined;
  readonly isRescaled?: boolean;
}

class HorizontalPodAutoscalerController implements Controller {
  readonly workers = 5;
  private readonly context: ControllerContext;
  private readonly autoscalers: Informer<HorizontalPodAutoscaler>;
  private readonly pods: Informer<Pod>;
  private readonly discovery: ResourceDiscovery;
  private readonly metrics: MetricsClient;
  private readonly fence = new WriteFence();
  private readonly status: StatusWriter<HorizontalPodAutoscaler>;
  private readonly selectors = new TargetSelectors();
  private readonly histories = new Map<string, ScalingHistory>();

  constructor(context: ControllerContext) {
    this.context = context;
    const { client, informers, queue } = context;
    this.autoscalers = informers.of(HorizontalPodAutoscalers);
    this.pods = informers.of(Pods);
    this.discovery = new ResourceDiscovery(context);
    this.metrics = new MetricsClient(client, async (reference) => {
      const { plural, group } = await this.resourceFor(reference);
      return group === '' ? plural : `${plural}.${group}`;
    });
    this.status = new StatusWriter(client, HorizontalPodAutoscalers, this.autoscalers, this.fence);
    const enqueue = (autoscaler: HorizontalPodAutoscaler) => {
      const key = keyOf(autoscaler);
      this.selectors.add(key);
      queue.addAfter(key, syncPeriodMs);
    };
    this.autoscalers.addHandler({
      onAdd: enqueue,
      onUpdate: (_, autoscaler) => enqueue(autoscaler),
      onDelete: (autoscaler) => this.selectors.delete(keyOf(autoscaler)),
    });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ readonly requeueAfterMs?: number }> {
    await this.fence.passed(key, signal);
    const autoscaler = this.autoscalers.get(key);
    if (!autoscaler?.spec) {
      this.histories.delete(key);
      return {};
    }
    const namespace = autoscaler.metadata?.namespace ?? '';
    try {
      await this.autoscale({ key, autoscaler, spec: autoscaler.spec, namespace, signal, findings: [] });
    } catch (error) {
      if (signal.aborted) throw error;
      this.context.env.log.warn('autoscaling failed, will retry', { key, error: messageOf(error) });
    }
    return { requeueAfterMs: syncPeriodMs };
  }

  private async autoscale(round: Round): Promise<void> {
    const { key, spec, findings } = round;
    const found = await this.findScale(round);
    if (!found) return;
    const { target, scale } = found;
    findings.push(
      ableToScale('True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale"),
    );
    const current = scale.spec?.replicas ?? 0;
    const nowMs = this.context.env.clock.now();
    const history = this.histories.get(key) ?? newHistory(current, nowMs);
    this.histories.set(key, history);
    const course = planCourse(spec, current);
    switch (course.type) {
      case 'disabled':
        findings.push(course.finding);
        return this.write(round, { current, desired: current, metrics: undefined });
      case 'resize':
        return this.resize(round, target, scale, course.replicas, course.reason, undefined);
      case 'measure':
        return this.followMetrics(round, target, scale, history);
    }
  }

  /** Undefined when there is no scale to be had; that is said. */
  private async findScale(round: Round): Promise<{ readonly target: ScaleTarget; readonly scale: Scale } | undefined> {
    const { spec, namespace, signal } = round;
    try {
      const definition = await this.resourceFor(spec.scaleTargetRef);
      const target = new ScaleTarget(this.context.client, definition, namespace, spec.scaleTargetRef.name);
      return { target, scale: await target.read(signal) };
    } catch (error) {
      if (signal.aborted) throw error;
      const message = messageOf(error);
      this.record(round, 'Warning', 'FailedGetScale', message);
      const words = `the HPA controller was unable to get the target's current scale: ${message}`;
      round.findings.push(ableToScale('False', 'FailedGetScale', words));
      await this.write(round, undefined);
      return undefined;
    }
  }

  private async followMetrics(round: Round, target: ScaleTarget, scale: Scale, history: ScalingHistory): Promise<void> {
    const { key, autoscaler, spec, findings } = round;
    const current = scale.spec?.replicas ?? 0;
    const desired = autoscaler.status?.desiredReplicas ?? 0;
    const outcomes = await this.measure(round, scale);
    if (!Array.isArray(outcomes)) {
      await this.write(round, { current, desired, metrics: undefined });
      this.record(round, 'Warning', 'FailedComputeMetricsReplicas', outcomes.message);
      return;
    }
    const verdict = judge(outcomes, current);
    findings.push(verdict.finding);
    if (!verdict.proposal) {
      await this.write(round, { current, desired, metrics: verdict.statuses });
      this.record(round, 'Warning', 'FailedComputeMetricsReplicas', verdict.error ?? '');
      return;
    }
    const plan = planResize(spec, current, verdict.proposal, history, this.context.env.clock.now());
    this.histories.set(key, plan.history);
    findings.push(...plan.findings);
    if (plan.replicas === current) await this.write(round, { current, desired: current, metrics: verdict.statuses });
    else await this.resize(round, target, scale, plan.replicas, plan.reason, verdict.statuses);
    // Others have decided; that some failed is told all the same.
    if (verdict.error !== undefined) throw new Error(verdict.error);
  }

  /** One outcome for each metric, or why none can be had. */
  private async measure(round: Round, scale: Scale): Promise<MetricOutcome[] | { readonly message: string }> {
    const { key, spec, namespace, signal, findings } = round;
    const selection = this.selectors.select(key, scale.status?.selector ?? '', this.pods.list(namespace));
    if (selection.type === 'invalid') {
      this.record(round, 'Warning', selection.event, selection.message);
      findings.push(selection.finding);
      return { message: selection.message };
    }
    const { selector, pods } = selection;
    const question = {
      replicas: scale.spec?.replicas ?? 0,
      tolerances: tolerancesOf(spec),
      pods,
      nowMs: this.context.env.clock.now(),
    };
    const statusReplicas = scale.status?.replicas ?? 0;
    const context = { client: this.metrics, namespace, selector, statusReplicas, question, signal };
    const outcomes: MetricOutcome[] = [];
    for (const metric of spec.metrics ?? []) {
      const outcome = await replicasForMetric(metric, context);
      if (outcome.type === 'failure') this.record(round, 'Warning', outcome.reason, outcome.cause);
      outcomes.push(outcome);
    }
    return outcomes;
  }

  private async resize(
    round: Round,
    target: ScaleTarget,
    scale: Scale,
    replicas: number,
    reason: string,
    metrics: readonly MetricStatus[] | undefined,
  ): Promise<void> {
    const { key, autoscaler, spec, findings, signal } = round;
    const current = scale.spec?.replicas ?? 0;
    try {
      await target.resize(scale, replicas, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      const message = messageOf(error);
      this.record(round, 'Warning', 'FailedRescale', `New size: ${replicas}; reason: ${reason}; error: ${message}`);
      const words = `the HPA controller was unable to update the target scale: ${message}`;
      findings.push(ableToScale('False', 'FailedUpdateScale', words));
      await this.write(round, { current, desired: autoscaler.status?.desiredReplicas ?? 0, metrics });
      throw error;
    }
    const words = `the HPA controller was able to update the target scale to ${replicas}`;
    findings.push(ableToScale('True', 'SucceededRescale', words));
    this.record(round, 'Normal', 'SuccessfulRescale', `New size: ${replicas}; reason: ${reason}`);
    const history = this.histories.get(key);
    const nowMs = this.context.env.clock.now();
    if (history) this.histories.set(key, withScaleEvent(history, spec.behavior, current, replicas, nowMs));
    await this.write(round, { current, desired: replicas, metrics, isRescaled: true });
  }

  private async write(round: Round, counts: Counts | undefined): Promise<void> {
    const { key, autoscaler, signal } = round;
    const before = autoscaler.status;
    const nowMs = this.context.env.clock.now();
    const conditions = withFindings(before?.conditions ?? [], round.findings, nowMs);
    const status: HorizontalPodAutoscalerStatus = counts
      ? {
          currentReplicas: counts.current,
          desiredReplicas: counts.desired,
          lastScaleTime: counts.isRescaled ? formatTime(nowMs) : before?.lastScaleTime,
          currentMetrics: counts.metrics,
          conditions,
        }
      : { desiredReplicas: 0, ...before, conditions };
    try {
      await this.status.write(key, autoscaler, status, signal);
    } catch (error) {
      if (!signal.aborted) this.record(round, 'Warning', 'FailedUpdateStatus', messageOf(error));
      throw error;
    }
  }

  private resourceFor(reference: { readonly apiVersion?: string | undefined; readonly kind: string }) {
    return resourceOf(reference, this.discovery);
  }

  private record({ autoscaler }: Round, type: EventType, reason: string, message: string): void {
    this.context.events.record(referenceTo(HorizontalPodAutoscalers, autoscaler), type, reason, message);
  }
}

function ableToScale(status: 'True' | 'False', reason: string, message: string): Finding {
  return { type: 'AbleToScale', status, reason, message };
}
