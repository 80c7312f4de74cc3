/** Rules of the annotations on pods and templates that mean something to the system. */

import { entry, type FieldError, forbidden, invalid } from '#api/field-error.ts';
import type { Pod, PodSpec } from '#kinds/generated/core-v1.ts';
import {
  appArmorAnnotationPrefix,
  checkAppArmorAnnotation,
  checkSeccompAnnotation,
  seccompContainerPrefix,
  seccompPodKey,
} from './profiles.ts';
import { allContainers, type PodRules } from './rules.ts';

export const mirrorPodKey = 'kubernetes.io/config.mirror';
const deletionCostKey = 'controller.kubernetes.io/pod-deletion-cost';

type Annotations = Readonly<Record<string, string>> | undefined;

export function checkPodAnnotations(
  annotations: Annotations,
  spec: PodSpec,
  rules: PodRules,
  path: string,
  errors: FieldError[],
): void {
  if (!annotations) return;
  const mirror = annotations[mirrorPodKey];
  if (mirror !== undefined && !spec.nodeName) {
    errors.push(invalid(entry(path, mirrorPodKey), mirror, 'must set spec.nodeName if mirror pod annotation is set'));
  }
  if (!rules.allowInvalidDeletionCost && !isValidDeletionCost(annotations)) {
    errors.push(invalid(entry(path, deletionCostKey), annotations[deletionCostKey], 'must be a 32bit integer'));
  }
  const ofPod = annotations[seccompPodKey];
  if (ofPod !== undefined) checkSeccompAnnotation(ofPod, `${path}.${seccompPodKey}`, errors);
  for (const [key, value] of Object.entries(annotations)) {
    if (key.startsWith(seccompContainerPrefix)) checkSeccompAnnotation(value, `${path}.${key}`, errors);
  }
  for (const [key, value] of Object.entries(annotations)) {
    if (!key.startsWith(appArmorAnnotationPrefix)) continue;
    const name = key.slice(appArmorAnnotationPrefix.length);
    if (!allContainers(spec).some((container) => container.name === name)) {
      errors.push(invalid(entry(path, key), name, 'container not found'));
    }
    checkAppArmorAnnotation(value, entry(path, key), errors);
  }
}

/** AppArmor and mirror annotations stay as they were. */
export function checkPodAnnotationsUpdate(pod: Pod, old: Pod, path: string, errors: FieldError[]): void {
  const now = pod.metadata?.annotations ?? {};
  const before = old.metadata?.annotations ?? {};
  for (const key in before) {
    if (now[key] === before[key]) continue;
    if (key.startsWith(appArmorAnnotationPrefix)) {
      errors.push(forbidden(entry(path, key), 'may not remove or update AppArmor annotations'));
    }
    if (key === mirrorPodKey) {
      errors.push(forbidden(entry(path, key), 'may not remove or update mirror pod annotation'));
    }
  }
  for (const key in now) {
    if (Object.hasOwn(before, key)) continue;
    if (key.startsWith(appArmorAnnotationPrefix)) {
      errors.push(forbidden(entry(path, key), 'may not add AppArmor annotations'));
    }
    if (key === mirrorPodKey) errors.push(forbidden(entry(path, key), 'may not add mirror pod annotation'));
  }
}

export function isValidDeletionCost(annotations: Annotations): boolean {
  const value = annotations?.[deletionCostKey];
  if (value === undefined) return true;
  if (!/^(?:-\d+|0|[1-9]\d*)$/.test(value)) return false;
  const cost = Number(value);
  return cost >= -(2 ** 31) && cost < 2 ** 31;
}
