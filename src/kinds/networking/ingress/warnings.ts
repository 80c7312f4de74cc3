/** Warnings about ingresses. */

import type { Ingress } from '#kinds/generated/networking-v1.ts';

const annotation = 'kubernetes.io/ingress.class';

/** The class's annotation is older than its field. */
export function ingressWarnings({ metadata, spec }: Ingress, old: Ingress | undefined): readonly string[] {
  if (old || metadata?.annotations?.[annotation] === undefined || spec?.ingressClassName !== undefined) return [];
  return [`annotation "${annotation}" is deprecated, please use 'spec.ingressClassName' instead`];
}
