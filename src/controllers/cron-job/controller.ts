/** CronJob controller: makes a Job at every time of a schedule. Decisions are in plan.ts. */

import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '#api/errors.ts';
import { keyOf } from '#api/object.ts';
import { messageOf } from '#base/errors.ts';
import { CronJobs } from '#kinds/batch/cron-job/definition.ts';
import { Jobs } from '#kinds/batch/job/definition.ts';
import type { CronJob, CronJobStatus, Job } from '#kinds/generated/batch-v1.ts';
import type { Controller, ControllerContext, ControllerFactory } from '#runtime/controller.ts';
import { referenceTo } from '#runtime/event-recorder.ts';
import type { Informer } from '#runtime/informer.ts';
import type { ControllerMetrics } from '../metrics.ts';
import { controllerOf, dependentsOf, indexByController, isControlledBy } from '../ownership/controller-ref.ts';
import { StatusWriter } from '../status-write.ts';
import { WriteFence } from '../write-fence.ts';
import { type CronJobPlan, planCronJob, withStarted } from './plan.ts';

export function cronJobController(metrics?: ControllerMetrics): ControllerFactory {
  return { name: 'cronjob-controller', create: (context) => new CronJobController(context, metrics) };
}

class CronJobController implements Controller {
  readonly workers = 5;
  private readonly context: ControllerContext;
  private readonly metrics: ControllerMetrics | undefined;
  private readonly cronJobs: Informer<CronJob>;
  private readonly jobs: Informer<Job>;
  private readonly fence = new WriteFence();
  private readonly status: StatusWriter<CronJob>;

  constructor(context: ControllerContext, metrics: ControllerMetrics | undefined) {
    this.context = context;
    this.metrics = metrics;
    const { informers, queue } = context;
    this.cronJobs = informers.of(CronJobs);
    this.jobs = indexByController(informers.of(Jobs));
    this.status = new StatusWriter(context.client, CronJobs, this.cronJobs, this.fence);
    const enqueue = (cronJob: CronJob) => queue.add(keyOf(cronJob));
    this.cronJobs.addHandler({ onAdd: enqueue, onUpdate: (_, cronJob) => enqueue(cronJob) });
    const enqueueOwner = (job: Job) => {
      const controller = controllerOf(job);
      if (controller?.kind === CronJobs.kind) queue.add(`${job.metadata?.namespace}/${controller.name}`);
    };
    this.jobs.addHandler({ onAdd: enqueueOwner, onUpdate: (_, job) => enqueueOwner(job), onDelete: enqueueOwner });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ readonly requeueAfterMs?: number }> {
    await this.fence.passed(key, signal);
    const cronJob = this.cronJobs.get(key);
    if (!cronJob?.spec) return {};
    const plan = planCronJob(cronJob, dependentsOf(this.jobs, cronJob), this.context.env.clock.now());
    const { events } = this.context;
    for (const { type, reason, message } of plan.events)
      events.record(referenceTo(CronJobs, cronJob), type, reason, message);
    for (const job of plan.delete) await this.delete(cronJob, job, key, signal);
    const status = await this.start(cronJob, plan, key, signal);
    await this.status.write(key, cronJob, status, signal);
    return plan.requeueAfterMs === undefined ? {} : { requeueAfterMs: plan.requeueAfterMs };
  }

  private async start(cronJob: CronJob, plan: CronJobPlan, key: string, signal: AbortSignal): Promise<CronJobStatus> {
    if (!plan.create) return plan.status;
    const { client, events } = this.context;
    const subject = referenceTo(CronJobs, cronJob);
    const { job, scheduledMs } = plan.create;
    let created: Job;
    try {
      created = await client.create(Jobs, job, { signal });
      this.metrics?.cronJobStarted(Date.parse(created.metadata?.creationTimestamp ?? '') - scheduledMs);
      events.record(subject, 'Normal', 'SuccessfulCreate', `Created job ${created.metadata?.name}`);
    } catch (error) {
      if (isNamespaceTerminating(error)) return plan.status;
      if (!isAlreadyExists(error)) {
        const message = `Error creating job: ${messageOf(error)}`;
        if (!signal.aborted) events.record(subject, 'Warning', 'FailedCreate', message);
        throw error;
      }
      // The process died between creating the job and writing the status, or somebody took its name.
      const { namespace, name = '' } = job.metadata ?? {};
      created = await client.get(Jobs, { namespace, name }, { signal });
      if (!isControlledBy(created, cronJob)) return plan.status;
    }
    this.fence.wrote(key, this.jobs, created);
    return withStarted(plan.status, referenceTo(Jobs, created), scheduledMs);
  }

  private async delete(cronJob: CronJob, job: Job, key: string, signal: AbortSignal): Promise<void> {
    const { client, events } = this.context;
    const subject = referenceTo(CronJobs, cronJob);
    const { namespace, name = '' } = job.metadata ?? {};
    try {
      const options = { propagationPolicy: 'Background', signal } as const;
      this.fence.wrote(key, this.jobs, await client.delete(Jobs, { namespace, name }, options));
      events.record(subject, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
    } catch (error) {
      if (isNotFound(error)) return;
      if (!signal.aborted) events.record(subject, 'Warning', 'FailedDelete', `Deleted job: ${messageOf(error)}`);
      throw error;
    }
  }
}
