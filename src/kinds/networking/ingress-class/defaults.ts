/** Defaults of ingress classes. */

import type { Draft } from '#base/edit.ts';
import type { IngressClass } from '#kinds/generated/networking-v1.ts';

export function defaultIngressClass({ spec }: Draft<IngressClass>): void {
  if (spec?.parameters) spec.parameters.scope ??= 'Cluster';
}
