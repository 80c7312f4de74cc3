/**
 * PodTolerationRestriction, off by default: pods get the tolerations of their namespace (annotations, else the configuration), and have no
 * others than its whitelist covers.
 */

import { newNotFound, newPlainError } from '#api/errors.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { Draft } from '#base/edit.ts';
import { messageOf } from '#base/errors.ts';
import { qosClassOf } from '#kinds/core/pod/qos.ts';
import type { Namespace, Pod, PodSpec, Toleration } from '#kinds/generated/core-v1.ts';
import { podOf } from './refusal.ts';

export interface PodTolerationConfiguration {
  readonly default: readonly Toleration[];
  readonly whitelist: readonly Toleration[];
}

const defaultsAnnotation = 'scheduler.alpha.kubernetes.io/defaultTolerations';
const whitelistAnnotation = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist';
const namespaces: CollectionName = '/namespaces';
/** Pods that ask for memory may be where it is scarce. */
const memoryPressure: Toleration = {
  key: 'node.kubernetes.io/memory-pressure',
  operator: 'Exists',
  effect: 'NoSchedule',
};

export function podTolerationRestriction(
  objects: LiveObjects,
  configuration: PodTolerationConfiguration = { default: [], whitelist: [] },
): AdmissionPlugin {
  const namespaceOf = async ({ namespace }: AdmissionContext): Promise<Namespace> => {
    await objects.load(namespaces);
    const found = objects.get(namespaces, '', namespace) ?? (await objects.getFresh(namespaces, '', namespace));
    if (!found) throw newNotFound({ group: '', resource: 'namespaces' }, namespace);
    return found as Namespace;
  };
  const check = (pod: Draft<Pod>, namespace: Namespace): void => {
    const tolerations = pod.spec?.tolerations ?? [];
    if (tolerations.length === 0) return;
    const own = tolerationsIn(namespace, whitelistAnnotation);
    const whitelist = own ?? configuration.whitelist;
    const covered = (one: Toleration): boolean => whitelist.some((allowed) => isSuperset(allowed, one));
    if (whitelist.length === 0 || tolerations.every(covered)) return;
    throw newPlainError(
      `pod tolerations (possibly merged with namespace default tolerations) conflict with its ${own ? 'namespace' : 'cluster'} whitelist`,
    );
  };
  return {
    name: 'PodTolerationRestriction',
    handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
    admit: async (context) => {
      const pod = podOf(context);
      if (!pod?.spec) return;
      const namespace = await namespaceOf(context);
      const more = [
        ...(context.operation === 'CREATE'
          ? (tolerationsIn(namespace, defaultsAnnotation) ?? configuration.default)
          : []),
        ...(qosClassOf(pod.spec as PodSpec) === 'BestEffort' ? [] : [memoryPressure]),
      ];
      if (more.length > 0) pod.spec.tolerations = merged([...(pod.spec.tolerations ?? []), ...more]);
      check(pod, namespace);
    },
    validate: async (context) => {
      const pod = podOf(context);
      if (pod?.spec?.tolerations?.length) check(pod, await namespaceOf(context));
    },
  };
}

/** Undefined where the namespace says nothing; an empty annotation is an empty list. */
function tolerationsIn({ metadata }: Namespace, annotation: string): readonly Toleration[] | undefined {
  const text = metadata?.annotations?.[annotation];
  if (text === undefined) return undefined;
  if (text === '') return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw newPlainError(messageOf(error));
  }
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'object' || item === null)) {
    throw newPlainError('json: cannot unmarshal the annotation into Go value of type []v1.Toleration');
  }
  return value as readonly Toleration[];
}

/** Without those that another one covers; of equal ones the first stays. */
function merged(all: readonly Toleration[]): Draft<Toleration>[] {
  const kept: Toleration[] = [];
  all.forEach((one, index) => {
    if (kept.some((other) => isSuperset(other, one))) return;
    if (all.slice(index + 1).some((later) => !semanticallyEqual(one, later) && isSuperset(later, one))) return;
    kept.push(one);
  });
  return kept as Draft<Toleration>[];
}

/** Whether `all` tolerates whatever `one` does (pkg/util/tolerations). */
function isSuperset(all: Toleration, one: Toleration): boolean {
  if (semanticallyEqual(all, one)) return true;
  const everyKey = !all.key && all.operator === 'Exists';
  if ((one.key ?? '') !== (all.key ?? '') && !everyKey) return false;
  if ((one.effect ?? '') !== (all.effect ?? '') && all.effect) return false;
  if (all.effect === 'NoExecute' && all.tolerationSeconds !== undefined) {
    if (one.tolerationSeconds === undefined || one.tolerationSeconds > all.tolerationSeconds) return false;
  }
  switch (all.operator || 'Equal') {
    case 'Equal':
      return one.operator === 'Equal' && (one.value ?? '') === (all.value ?? '');
    case 'Exists':
      return true;
    default:
      return false;
  }
}
