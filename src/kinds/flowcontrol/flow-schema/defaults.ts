/** Defaults of flow schemas. */

import type { Draft } from '#base/edit.ts';
import type { FlowSchema } from '#kinds/generated/flowcontrol-v1.ts';

const defaultMatchingPrecedence = 1000;

export function defaultFlowSchema({ spec }: Draft<FlowSchema>): void {
  // Zero stands for none.
  if (spec) spec.matchingPrecedence ||= defaultMatchingPrecedence;
}
