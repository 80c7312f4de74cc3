/**
 * Disruption controller: keeps the status of PodDisruptionBudgets, by which the API server allows or refuses evictions. It also takes back
 * the condition DisruptionTarget of pods whose eviction did not happen.
 */

import { isConflict } from '#api/errors.ts';
import { keyOf } from '#api/object.ts';
import { equalTrees } from '#base/equal.ts';
import { messageOf } from '#base/errors.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import type { PodDisruptionBudget } from '#kinds/generated/policy-v1.ts';
import { PodDisruptionBudgets } from '#kinds/policy/pod-disruption-budget/definition.ts';
import type { Controller, ControllerContext, ControllerFactory } from '#runtime/controller.ts';
import { referenceTo } from '#runtime/event-recorder.ts';
import type { Informer } from '#runtime/informer.ts';
import { selects } from '../ownership/selector.ts';
import { isPodTerminal, podCondition } from '../pods/state.ts';
import { patchPodStatus } from '../pods/status-patch.ts';
import { StatusWriter } from '../status-write.ts';
import { WriteFence } from '../write-fence.ts';
import { type DisruptionPlan, expectedPods, failSafe, needsScale, planDisruption } from './plan.ts';
import { ScaleFinder } from './scale.ts';

export const disruptionController: ControllerFactory = {
  name: 'disruption-controller',
  create: (context) => new DisruptionController(context),
};

/** An eviction that did not delete its pod by then has failed. */
const staleConditionMs = 2 * 60_000;
/** Keys of pods; those of budgets have no colon. */
const podPrefix = 'pod:';

class DisruptionController implements Controller {
  readonly workers = 3;
  private readonly context: ControllerContext;
  private readonly budgets: Informer<PodDisruptionBudget>;
  private readonly pods: Informer<Pod>;
  private readonly scales: ScaleFinder;
  private readonly fence = new WriteFence();
  private readonly status: StatusWriter<PodDisruptionBudget>;

  constructor(context: ControllerContext) {
    this.context = context;
    const { informers, queue } = context;
    this.budgets = informers.of(PodDisruptionBudgets);
    this.pods = informers.of(Pods);
    this.scales = new ScaleFinder(context);
    this.status = new StatusWriter(context.client, PodDisruptionBudgets, this.budgets, this.fence);
    const enqueue = (budget: PodDisruptionBudget) => queue.add(keyOf(budget));
    this.budgets.addHandler({ onAdd: enqueue, onUpdate: (_, budget) => enqueue(budget) });
    const enqueueBudgets = (pod: Pod) => {
      for (const budget of this.budgets.list(pod.metadata?.namespace)) {
        if (selects(budget.spec?.selector, pod.metadata?.labels)) enqueue(budget);
      }
      if (podCondition(pod, 'DisruptionTarget')?.status === 'True') queue.add(`${podPrefix}${keyOf(pod)}`);
    };
    this.pods.addHandler({
      onAdd: enqueueBudgets,
      onUpdate: (old, pod) => {
        enqueueBudgets(pod);
        if (!equalTrees(old.metadata?.labels, pod.metadata?.labels)) enqueueBudgets(old);
      },
      onDelete: enqueueBudgets,
    });
    this.scales.onChange((namespace) => {
      for (const budget of this.budgets.list(namespace)) if (needsScale(budget)) enqueue(budget);
    });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ readonly requeueAfterMs?: number }> {
    if (key.startsWith(podPrefix)) return this.clearStaleCondition(key.slice(podPrefix.length), signal);
    await this.fence.passed(key, signal);
    const budget = this.budgets.get(key);
    if (!budget) return {};
    const nowMs = this.context.env.clock.now();
    let plan: DisruptionPlan;
    try {
      plan = await this.plan(budget, nowMs, signal);
    } catch (error) {
      if (signal.aborted || isConflict(error)) throw error;
      this.context.env.log.warn('disruption budget cannot be counted', { key, error: messageOf(error) });
      await this.status.write(key, budget, failSafe(budget, messageOf(error), nowMs), signal);
      return {};
    }
    await this.status.write(key, budget, plan.status, signal);
    return plan.requeueAfterMs === undefined ? {} : { requeueAfterMs: plan.requeueAfterMs };
  }

  private async plan(budget: PodDisruptionBudget, nowMs: number, signal: AbortSignal): Promise<DisruptionPlan> {
    const { events } = this.context;
    const subject = referenceTo(PodDisruptionBudgets, budget);
    const { namespace } = budget.metadata ?? {};
    const pods = this.pods.list(namespace).filter(({ metadata }) => selects(budget.spec?.selector, metadata?.labels));
    if (pods.length === 0) events.record(subject, 'Normal', 'NoPods', 'No matching pods found');
    let scale = 0;
    if (needsScale(budget)) {
      const found = await this.scales.of(pods, signal).catch((error: unknown) => {
        const message = `Failed to calculate the number of expected pods: ${messageOf(error)}`;
        if (!signal.aborted) events.record(subject, 'Warning', 'CalculateExpectedPodCountFailed', message);
        throw error;
      });
      scale = found.replicas;
      if (found.unmanaged.length > 0) {
        const message = `Pods selected by this PodDisruptionBudget (${found.unmanaged.join(', ')}) are unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
        events.record(subject, 'Warning', 'UnmanagedPods', message);
      }
    }
    const plan = planDisruption(budget, pods, expectedPods(budget, pods, scale), nowMs);
    for (const pod of plan.notDeleted) {
      const message = `Pod was expected by PDB ${namespace}/${budget.metadata?.name} to be deleted but it wasn't`;
      events.record(referenceTo(Pods, pod), 'Warning', 'NotDeleted', message);
    }
    return plan;
  }

  private async clearStaleCondition(key: string, signal: AbortSignal): Promise<{ readonly requeueAfterMs?: number }> {
    const pod = this.pods.get(key);
    if (!pod) return {};
    const condition = podCondition(pod, 'DisruptionTarget');
    if (condition?.status !== 'True' || condition.reason === 'TerminationByKubelet') return {};
    if (pod.metadata?.deletionTimestamp !== undefined || isPodTerminal(pod)) return {};
    const { client, env } = this.context;
    const leftMs = Date.parse(condition.lastTransitionTime ?? '') + staleConditionMs - env.clock.now();
    if (leftMs > 0) return { requeueAfterMs: leftMs };
    await patchPodStatus(
      client,
      pod,
      { condition: { type: 'DisruptionTarget', status: 'False' } },
      env.clock.now(),
      signal,
    );
    return {};
  }
}
