/** Job controller: runs pods to completion and counts them. Decisions are in plan.ts; the order of writes here is part of its proof. */

import { isNamespaceTerminating, isNotFound } from '#api/errors.ts';
import { keyOf } from '#api/object.ts';
import { Jobs } from '#kinds/batch/job/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Job } from '#kinds/generated/batch-v1.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import type { Controller, ControllerContext, ControllerFactory } from '#runtime/controller.ts';
import { referenceTo } from '#runtime/event-recorder.ts';
import type { Informer } from '#runtime/informer.ts';
import type { CompletionMode, ControllerMetrics } from '../metrics.ts';
import { claim } from '../ownership/claim.ts';
import {
  controllerOf,
  dependentsOf,
  indexByController,
  newControllerRef,
  orphansIn,
} from '../ownership/controller-ref.ts';
import { selects } from '../ownership/selector.ts';
import { createPod, deletePod } from '../pods/pod-control.ts';
import { slowStart } from '../slow-start.ts';
import { StatusWriter } from '../status-write.ts';
import { WriteFence } from '../write-fence.ts';
import { type BackoffRecord, noFailures } from './backoff.ts';
import { isFinished, type JobPlan, planJob } from './plan.ts';
import { hasTrackingFinalizer, isIndexed, trackingFinalizer } from './pods.ts';

export function jobController(metrics?: ControllerMetrics): ControllerFactory {
  return { name: 'job-controller', create: (context) => new JobController(context, metrics) };
}

const ourName = 'kubernetes.io/job-controller';
const jobNameLabel = 'batch.kubernetes.io/job-name';

/** Pods by the job that they name, whichever job of the name that was. */
const byJobName = 'job-name';

class JobController implements Controller {
  readonly workers = 5;
  private readonly context: ControllerContext;
  private readonly metrics: ControllerMetrics | undefined;
  private readonly jobs: Informer<Job>;
  private readonly pods: Informer<Pod>;
  private readonly fence = new WriteFence();
  private readonly status: StatusWriter<Job>;
  private readonly backoffs = new Map<string, BackoffRecord>();

  constructor(context: ControllerContext, metrics: ControllerMetrics | undefined) {
    this.context = context;
    this.metrics = metrics;
    const { informers, queue } = context;
    this.jobs = informers.of(Jobs);
    this.pods = indexByController(informers.of(Pods));
    this.pods.addIndex(byJobName, (pod) => [jobKeyOf(pod)]);
    this.status = new StatusWriter(context.client, Jobs, this.jobs, this.fence);
    const enqueue = (job: Job) => queue.add(keyOf(job));
    this.jobs.addHandler({ onAdd: enqueue, onUpdate: (_, job) => enqueue(job), onDelete: enqueue });
    const enqueueOwners = (pod: Pod) => this.enqueueOwnersOf(pod);
    this.pods.addHandler({
      onAdd: enqueueOwners,
      onUpdate: (old, pod) => {
        if (controllerOf(old)?.uid !== controllerOf(pod)?.uid) enqueueOwners(old);
        enqueueOwners(pod);
      },
      onDelete: enqueueOwners,
    });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ readonly requeueAfterMs?: number }> {
    await this.fence.passed(key, signal);
    const startedMs = this.context.env.clock.monotonic();
    const job = this.jobs.get(key);
    await this.releaseOrphans(key, job, signal);
    if (!job?.spec || isFinished(job)) {
      this.backoffs.delete(key);
      return {};
    }
    if (!job.spec.selector) return {};
    if (job.spec.managedBy !== undefined && job.spec.managedBy !== ourName) return {};
    const pods = await this.claimPods(job, key, signal);
    const plan = planJob({
      job,
      pods,
      backoff: this.backoffs.get(key) ?? noFailures,
      nowMs: this.context.env.clock.now(),
    });
    const synced = (result: 'success' | 'error') =>
      this.metrics?.jobSynced(modeOf(job), plan.action, result, this.context.env.clock.monotonic() - startedMs);
    try {
      await this.carryOut(job, plan, key, signal);
      synced('success');
    } catch (error) {
      synced('error');
      throw error;
    }
    return plan.requeueAfterMs === undefined ? {} : { requeueAfterMs: plan.requeueAfterMs };
  }

  private async carryOut(job: Job, plan: JobPlan, key: string, signal: AbortSignal): Promise<void> {
    const outcome = await this.changePods(job, plan, key, signal);
    const active = (plan.status.active ?? 0) - outcome.missed || undefined;
    const { events } = this.context;
    await this.status.write(key, job, { ...plan.status, active }, signal);
    this.backoffs.set(key, plan.backoff);
    if (this.metrics) countEnds(this.metrics, job, plan);
    for (const { type, reason, message } of plan.events) events.record(referenceTo(Jobs, job), type, reason, message);
    await Promise.all(plan.release.map((pod) => this.release(pod, key, signal)));
    if (outcome.error !== undefined) throw outcome.error;
  }

  private claimPods(job: Job, key: string, signal: AbortSignal): Promise<Pod[]> {
    return claim({
      client: this.context.client,
      ownerDefinition: Jobs,
      owner: job,
      controllerRef: newControllerRef(Jobs, job),
      definition: Pods,
      candidates: [...dependentsOf(this.pods, job), ...orphansIn(this.pods, job.metadata?.namespace)],
      matches: (pod) => selects(job.spec?.selector, pod.metadata?.labels),
      finalizer: trackingFinalizer,
      wrote: (pod) => this.fence.wrote(key, this.pods, pod),
      signal,
    });
  }

  /** `missed` pods that were planned were not created; `error` is the first failure. */
  private async changePods(
    job: Job,
    plan: JobPlan,
    key: string,
    signal: AbortSignal,
  ): Promise<{ readonly missed: number; readonly error: unknown }> {
    const { client, events } = this.context;
    const control = { client, events, subject: referenceTo(Jobs, job), signal };
    let next = 0;
    const { succeeded, error } = await slowStart(plan.create.length, async () => {
      const pod = plan.create[next++];
      if (!pod) return;
      try {
        this.fence.wrote(key, this.pods, await createPod(control, pod));
      } catch (cause) {
        if (!isNamespaceTerminating(cause)) throw cause;
      }
    });
    const deletions = [
      ...plan.remove.map(async (pod) => {
        await this.release(pod, key, signal);
        return deletePod(control, pod);
      }),
      ...plan.stop.map((pod) => deletePod(control, pod)),
    ];
    const results = await Promise.allSettled(deletions);
    for (const result of results) {
      if (result.status === 'fulfilled' && result.value) this.fence.wrote(key, this.pods, result.value);
    }
    const failed = results.find((result) => result.status === 'rejected');
    return { missed: plan.create.length - succeeded, error: error ?? failed?.reason };
  }

  /** Takes the finalizer off; a pod that is gone needs no more. */
  private async release(pod: Pod, key: string, signal: AbortSignal): Promise<void> {
    if (!hasTrackingFinalizer(pod)) return;
    const { namespace, name = '', uid } = pod.metadata ?? {};
    const metadata = { uid, '$deleteFromPrimitiveList/finalizers': [trackingFinalizer] };
    const options = { type: 'strategic', signal } as const;
    try {
      const answer = await this.context.client.patch(Pods, { namespace, name }, { metadata }, options);
      this.fence.wrote(key, this.pods, answer);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /**
   * Pods of a job that is gone (another may have its name) or has ended, and pods that lost their job, must not be held by a
   * finalizer that nobody takes off.
   */
  private async releaseOrphans(key: string, job: Job | undefined, signal: AbortSignal): Promise<void> {
    const isActive = job !== undefined && !isFinished(job);
    for (const pod of this.pods.byIndex(byJobName, key)) {
      const controller = controllerOf(pod);
      // What has no controller may still be adopted.
      const isStillOurs = isActive && (controller === undefined || controller.uid === job.metadata?.uid);
      if (!isStillOurs) await this.release(pod, key, signal);
    }
  }

  private enqueueOwnersOf(pod: Pod): void {
    const { queue } = this.context;
    const { namespace, labels, deletionTimestamp } = pod.metadata ?? {};
    const controller = controllerOf(pod);
    if (controller) {
      if (controller.kind === Jobs.kind) queue.add(`${namespace}/${controller.name}`);
      return;
    }
    const jobName = labels?.[jobNameLabel];
    if (jobName !== undefined && hasTrackingFinalizer(pod)) queue.add(`${namespace}/${jobName}`);
    if (deletionTimestamp !== undefined) return;
    for (const job of this.jobs.list(namespace)) {
      if (selects(job.spec?.selector, labels)) queue.add(keyOf(job));
    }
  }
}

function modeOf(job: Job): CompletionMode {
  return isIndexed(job) ? 'Indexed' : 'NonIndexed';
}

/** What the status that was just written says for the first time. */
function countEnds(metrics: ControllerMetrics, job: Job, { status }: JobPlan): void {
  const mode = modeOf(job);
  const succeeded = (status.succeeded ?? 0) - (job.status?.succeeded ?? 0);
  const failed = (status.failed ?? 0) - (job.status?.failed ?? 0);
  metrics.podsFinished(mode, 'succeeded', Math.max(0, succeeded));
  metrics.podsFinished(mode, 'failed', Math.max(0, failed));
  for (const { type, status: holds, reason = '' } of status.conditions ?? []) {
    if (holds !== 'True') continue;
    if (type === 'Complete') metrics.jobFinished(mode, 'succeeded', reason);
    else if (type === 'Failed') metrics.jobFinished(mode, 'failed', reason);
  }
}

function jobKeyOf(pod: Pod): string {
  const controller = controllerOf(pod);
  const named = controller?.kind === Jobs.kind ? controller.name : '';
  const name = controller ? named : (pod.metadata?.labels?.[jobNameLabel] ?? '');
  return name === '' ? '' : `${pod.metadata?.namespace}/${name}`;
}
