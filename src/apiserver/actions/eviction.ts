/**
 * pods/eviction: a delete that asks the pod's disruption budget first (pkg/registry/core/pod/storage/eviction.go).
 *
 * The budget's status is decremented by compare-and-set before the pod goes, so that two evictions never share one allowed
 * disruption; the disruption controller counts again.
 */

import {
  isConflict,
  newBadRequest,
  newConflict,
  newDisruptionBudget,
  newForbidden,
  newNotFound,
  newPlainError,
  newTimeout,
} from '#api/errors.ts';
import type { Condition, DeleteOptions, LabelSelector } from '#api/generated/meta-v1.ts';
import { selectorFromLabelSelector } from '#api/label-selector.ts';
import type { KubeObject } from '#api/object.ts';
import { formatTime } from '#api/time.ts';
import type { Draft } from '#base/edit.ts';
import { assert } from '#base/errors.ts';
import type { RequestContext } from '../context.ts';
import { validDeleteOptions } from '../request/delete-options.ts';
import { admissionOptions, parseWriteOptions } from '../request/write-options.ts';
import { deleteObject } from '../verbs/delete.ts';
import { mutateObject } from '../verbs/mutate.ts';
import { keyRange, whenFresh } from '../verbs/read.ts';
import { admissionContext, decodeObject, ensureNamespace } from '../verbs/write.ts';
import type { Action } from './action.ts';
import { conditionOf, type PodView, setCondition } from './pod-view.ts';
import { success } from './success.ts';

interface EvictionView extends KubeObject {
  readonly deleteOptions?: DeleteOptions | undefined;
}

interface BudgetView extends KubeObject {
  readonly spec?: {
    readonly selector?: LabelSelector | undefined;
    readonly unhealthyPodEvictionPolicy?: string | undefined;
  };
  readonly status?: {
    readonly observedGeneration?: number | undefined;
    readonly disruptionsAllowed?: number | undefined;
    readonly currentHealthy?: number | undefined;
    readonly desiredHealthy?: number | undefined;
    readonly disruptedPods?: Readonly<Record<string, string>> | undefined;
    readonly conditions?: readonly Condition[] | undefined;
  };
}

/** Against writers of a pod that needs no leave. */
const maxAttempts = 20;
/** Pods whose eviction the budget's controller has not confirmed yet. */
const maxDisruptedPods = 2000;
const expected = { apiVersion: 'policy/v1', kind: 'Eviction', olderVersion: 'policy/v1beta1' };
const refusal = "Cannot evict pod as it would violate the pod's disruption budget.";

export const evictPod: Action = async (context) => {
  const { server, info } = context;
  const { registry, admission } = server;
  const options = parseWriteOptions(context.request, 'CreateOptions');
  const codec = registry.codecOf('policy', 'v1', 'Eviction');
  assert(codec, 'no schema for Eviction');
  const eviction = decodeObject(context, codec, expected, options);
  ensureNamespace(context, eviction);
  if (eviction.metadata.name !== info.name) throw newBadRequest('name in URL does not match name in Eviction object');
  const given = (eviction as EvictionView).deleteOptions ?? {};
  const dryRun = options.dryRun || (given.dryRun?.length ?? 0) > 0;
  if (options.dryRun && given.dryRun?.length === 0)
    throw newBadRequest('dryRun of the request and of deleteOptions differ');
  const admitContext = admissionContext(context, 'CREATE', {
    object: eviction,
    oldObject: undefined,
    dryRun,
    options: admissionOptions('CreateOptions', options),
    kind: { group: 'policy', version: 'v1', kind: 'Eviction' },
  });
  await admission.admit(admitContext);
  await admission.validate(admitContext);

  let pod = await podOf(context);
  const deleteOptions = validDeleteOptions({ ...given, ...(dryRun ? { dryRun: given.dryRun ?? ['All'] } : {}) });
  for (let attempt = 1; goesAnyway(pod); attempt++) {
    // A pending pod could become ready, and its budget's, while it is evicted without leave.
    const guarded = pod.status?.phase === 'Pending' && !pod.metadata?.deletionTimestamp && !isGuarded(given);
    try {
      await evict(context, guarded ? withRevision(deleteOptions, pod) : deleteOptions, dryRun);
      return success(registry, 201);
    } catch (error) {
      if (!isConflict(error) || isGuarded(given) || attempt === maxAttempts) throw error;
      pod = await podOf(context);
    }
  }
  const budget = await budgetOf(context, pod);
  if (budget) {
    const unhealthy = mayGoUnhealthy(pod, budget);
    if (!unhealthy) await takeDisruption(context, budget, dryRun);
    await evict(context, unhealthy ? withRevision(deleteOptions, pod) : deleteOptions, dryRun).catch(
      (error: unknown) => {
        // The pod changed while it was judged unhealthy: the client tries again.
        if (unhealthy && isConflict(error) && !isGuarded(given)) throw stillProcessed(budget);
        throw error;
      },
    );
  } else await evict(context, deleteOptions, dryRun);
  return success(registry, 201);
};

async function podOf({ server, resource, info }: RequestContext): Promise<PodView> {
  await whenFresh(resource, server.store, '');
  const pod = resource.cache.get(resource.keyOf(info.namespace, info.name))?.object;
  if (!pod) throw newNotFound(resource.name, info.name);
  return pod as PodView;
}

/** The client itself says which version of the pod it means. */
function isGuarded({ preconditions }: DeleteOptions): boolean {
  return preconditions?.resourceVersion !== undefined;
}

/** Pods that do nothing useful need no budget's leave. */
function goesAnyway({ status, metadata }: PodView): boolean {
  return ['Succeeded', 'Failed', 'Pending'].includes(status?.phase ?? '') || Boolean(metadata?.deletionTimestamp);
}

function mayGoUnhealthy(pod: PodView, { spec, status }: BudgetView): boolean {
  if (conditionOf(pod, 'Ready')?.status === 'True') return false;
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const desired = status?.desiredHealthy ?? 0;
  return desired > 0 && (status?.currentHealthy ?? 0) >= desired;
}

async function budgetOf({ server, info }: RequestContext, pod: PodView): Promise<BudgetView | undefined> {
  const budgets = server.registry.find('policy', 'v1', 'poddisruptionbudgets');
  if (!budgets) return undefined;
  await whenFresh(budgets, server.store, '');
  const { from, to } = keyRange(info.namespace);
  const found: BudgetView[] = [];
  for (const item of budgets.cache.range(from, to)) {
    const budget = item.object as BudgetView;
    if (selectorFromLabelSelector(budget.spec?.selector).matches(pod.metadata?.labels)) found.push(budget);
  }
  if (found.length > 1) {
    throw newPlainError(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  return found[0];
}

/** Throws 429 when no disruption is allowed now. */
async function takeDisruption(context: RequestContext, budget: BudgetView, dryRun: boolean): Promise<void> {
  const { server, info } = context;
  const budgets = server.registry.find('policy', 'v1', 'poddisruptionbudgets');
  assert(budgets, 'poddisruptionbudgets are not served');
  const now = formatTime(server.env.clock.now());
  const recipe = (draft: Draft<KubeObject>, current: KubeObject): void => {
    checkBudget(current as BudgetView);
    const { status } = draft as Draft<BudgetView>;
    if (!status) return;
    status.disruptionsAllowed = (status.disruptionsAllowed ?? 0) - 1;
    status.disruptedPods = { ...status.disruptedPods, [info.name]: now };
    if (status.disruptionsAllowed === 0) status.conditions = withoutDisruptions(status, now);
  };
  await mutateObject({ ...context, resource: budgets }, budget.metadata?.name ?? '', recipe, dryRun).catch(
    (error: unknown) => {
      if (!isConflict(error)) throw error;
      throw newTimeout(
        `couldn't update PodDisruptionBudget ${JSON.stringify(budget.metadata?.name)} due to conflicts`,
        10,
      );
    },
  );
}

/** The conditions, with the one that says that no disruption is allowed. */
function withoutDisruptions(
  { conditions = [], observedGeneration }: Draft<NonNullable<BudgetView['status']>>,
  now: string,
): Draft<Condition>[] {
  const before = conditions.find(({ type }) => type === 'DisruptionAllowed');
  const condition: Draft<Condition> = {
    type: 'DisruptionAllowed',
    status: 'False',
    observedGeneration,
    lastTransitionTime: before?.status === 'False' ? before.lastTransitionTime : now,
    reason: 'InsufficientPods',
    message: '',
  };
  return before ? conditions.map((one) => (one === before ? condition : one)) : [...conditions, condition];
}

function checkBudget(budget: BudgetView): void {
  const { metadata, status } = budget;
  const name = metadata?.name ?? '';
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0)) throw stillProcessed(budget);
  const subject = { group: 'policy', resource: 'poddisruptionbudget' };
  const allowed = status?.disruptionsAllowed ?? 0;
  if (allowed < 0) throw newForbidden(subject, name, 'pdb disruptions allowed is negative');
  if (Object.keys(status?.disruptedPods ?? {}).length > maxDisruptedPods) {
    throw newForbidden(subject, name, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  }
  if (allowed === 0) throw newDisruptionBudget(refusal, causeOf(budget), 0);
}

function causeOf({ metadata, status }: BudgetView): string {
  const name = metadata?.name ?? '';
  const [desired, current] = [status?.desiredHealthy ?? 0, status?.currentHealthy ?? 0];
  const condition = status?.conditions?.find(({ type }) => type === 'DisruptionAllowed');
  const refused = condition?.status === 'False' && condition.message !== '' ? condition : undefined;
  if (refused?.reason === 'SyncFailed') {
    return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${refused.message}`;
  }
  if (current <= desired) {
    return `The disruption budget ${name} needs ${desired} healthy pods and has ${current} currently`;
  }
  return refused
    ? `The disruption budget ${name} does not allow evicting pods currently (${refused.reason}): ${refused.message}`
    : `The disruption budget ${name} does not allow evicting pods currently`;
}

function stillProcessed({ metadata }: BudgetView): Error {
  return newDisruptionBudget(
    refusal,
    `The disruption budget ${metadata?.name} is still being processed by the server.`,
    10,
  );
}

/** Marks why the pod goes, then deletes it. */
async function evict(context: RequestContext, options: DeleteOptions, dryRun: boolean): Promise<void> {
  const { info, server } = context;
  const now = formatTime(server.env.clock.now());
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  };
  const target: RequestContext = { ...context, info: { ...info, subresource: '' } };
  const marked = await mutateObject(
    target,
    info.name,
    (draft, current) => {
      checkPreconditions(current, options);
      setCondition(draft as Draft<PodView>, condition, now);
    },
    dryRun,
  );
  const { preconditions } = options;
  const next =
    preconditions?.resourceVersion && !dryRun
      ? { ...options, preconditions: { ...preconditions, resourceVersion: marked.metadata?.resourceVersion } }
      : options;
  await deleteObject(target, info.name, next);
}

/** Those of the delete, before the pod is marked. */
function checkPreconditions({ metadata }: KubeObject, { preconditions }: DeleteOptions): void {
  const { name = '', uid = '', resourceVersion = '' } = metadata ?? {};
  const refuse = (what: string, asked: string, found: string, hint: string): never => {
    throw newConflictOnPod(
      name,
      `the ${what} in the precondition (${asked}) does not match the ${what} in record (${found}). ${hint}`,
    );
  };
  if (preconditions?.uid && preconditions.uid !== uid) {
    refuse('UID', preconditions.uid, uid, 'The object might have been deleted and then recreated');
  }
  if (preconditions?.resourceVersion && preconditions.resourceVersion !== resourceVersion) {
    refuse('ResourceVersion', preconditions.resourceVersion, resourceVersion, 'The object might have been modified');
  }
}

function newConflictOnPod(name: string, cause: string): Error {
  return newConflict({ group: '', resource: 'Pod' }, name, cause);
}

function withRevision(options: DeleteOptions, pod: PodView): DeleteOptions {
  return { ...options, preconditions: { ...options.preconditions, resourceVersion: pod.metadata?.resourceVersion } };
}
