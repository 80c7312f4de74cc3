/** Defaults of limit ranges: container limits imply default limits and default requests. */

import type { Draft } from '#base/edit.ts';
import type { LimitRange } from '#kinds/generated/core-v1.ts';

export function defaultLimitRange(range: Draft<LimitRange>): void {
  for (const limit of range.spec?.limits ?? []) {
    if (limit.type !== 'Container') continue;
    limit.default = { ...limit.max, ...limit.default };
    limit.defaultRequest = { ...limit.min, ...limit.default, ...limit.defaultRequest };
  }
}
