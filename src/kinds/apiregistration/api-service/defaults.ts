/** Defaults of APIServices. */

import type { Draft } from '#base/edit.ts';
import type { APIService } from '#kinds/generated/apiregistration-v1.ts';

export function defaultAPIService({ spec }: Draft<APIService>): void {
  if (spec?.service) spec.service.port ??= 443;
}
