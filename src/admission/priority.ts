/** Priority: turns a pod's priorityClassName into its priority, and keeps at most one class the global default. */

import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { Draft } from '#base/edit.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import type { PriorityClass } from '#kinds/generated/scheduling-v1.ts';
import { refused } from './refusal.ts';

const classes: CollectionName = 'scheduling.k8s.io/priorityclasses';

export function priority(objects: LiveObjects): AdmissionPlugin {
  return {
    name: 'Priority',
    handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
    admit: (context) => {
      const { resource, subresource, operation } = context;
      if (resource.group !== '' || resource.resource !== 'pods' || subresource !== '') return undefined;
      if (operation === 'UPDATE') return keepPriority(context);
      const loading = objects.load(classes);
      return loading ? loading.then(() => admitPod(objects, context)) : admitPod(objects, context);
    },
    validate: (context) => {
      const { resource, subresource } = context;
      const concerned =
        resource.group === 'scheduling.k8s.io' && resource.resource === 'priorityclasses' && subresource === '';
      return concerned ? checkOnlyDefault(objects, context) : undefined;
    },
  };
}

async function checkOnlyDefault(objects: LiveObjects, context: AdmissionContext): Promise<void> {
  const created = context.object as unknown as PriorityClass;
  if (!created.globalDefault) return;
  await objects.load(classes);
  const other = globalDefault(objects);
  if (!other || other.metadata?.name === created.metadata?.name) return;
  throw refused(
    context,
    `PriorityClass ${other.metadata?.name} is already marked as default. Only one default can exist`,
  );
}

function admitPod(objects: LiveObjects, context: AdmissionContext): void {
  const { spec } = context.object as Draft<Pod>;
  if (!spec) return;
  let found: PriorityClass | undefined;
  if (spec.priorityClassName) {
    found = objects.get(classes, '', spec.priorityClassName) as PriorityClass | undefined;
    if (!found) throw refused(context, `no PriorityClass with name ${spec.priorityClassName} was found`);
  } else {
    found = globalDefault(objects);
    if (found?.metadata?.name) spec.priorityClassName = found.metadata.name;
  }
  const computed = found?.value ?? 0;
  if (spec.priority !== undefined && spec.priority !== computed) {
    throw refused(
      context,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${computed} from the given PriorityClass name`,
    );
  }
  spec.priority = computed;
  const policy = found?.preemptionPolicy ?? 'PreemptLowerPriority';
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw refused(
      context,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    );
  }
  spec.preemptionPolicy = policy;
}

/** A replacement that does not speak of priority keeps what the pod has. */
function keepPriority({ object, oldObject }: AdmissionContext): void {
  const { spec } = object as Draft<Pod>;
  const old = (oldObject as Pod | undefined)?.spec;
  if (!spec || !old) return;
  spec.priority ??= old.priority;
  spec.preemptionPolicy ??= old.preemptionPolicy;
}

/** The default class; of several (written around this plugin) the one of lowest value, as upstream. */
function globalDefault(objects: LiveObjects): PriorityClass | undefined {
  let lowest: PriorityClass | undefined;
  for (const object of objects.list(classes)) {
    const candidate = object as PriorityClass;
    if (candidate.globalDefault && (!lowest || (candidate.value ?? 0) < (lowest.value ?? 0))) lowest = candidate;
  }
  return lowest;
}
