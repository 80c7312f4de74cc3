/** Warnings about kinds that make pods from a template. */

import { isDNS1123Label } from '#api/name-format.ts';
import type { KubeObject } from '#api/object.ts';
import { podTemplateWarnings } from '#kinds/core/pod/warnings.ts';
import type { PodTemplateSpec } from '#kinds/generated/core-v1.ts';

/** Of an update that changed nothing but metadata and status there is nothing to say. */
export function workloadWarnings(
  object: KubeObject,
  old: KubeObject | undefined,
  template: PodTemplateSpec | undefined,
  path: string,
): string[] {
  return specChanged(object, old) ? podTemplateWarnings(template, path) : [];
}

export function specChanged({ metadata }: KubeObject, old: KubeObject | undefined): boolean {
  return !old || old.metadata?.generation !== metadata?.generation;
}

/** For kinds whose pods are named after them. */
export function podNameWarnings({ metadata }: KubeObject, old: KubeObject | undefined): string[] {
  const messages = old ? [] : isDNS1123Label(metadata?.name ?? '');
  if (messages.length === 0) return [];
  return [
    `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${messages.join(' ')}]`,
  ];
}
