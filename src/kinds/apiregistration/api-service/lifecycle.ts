/** What is known of an APIService as it is created: those that this server answers itself are available. */

import type { HookContext } from '#api/definition.ts';
import type { Draft } from '#base/edit.ts';
import type { APIService } from '#kinds/generated/apiregistration-v1.ts';

export function prepareAPIServiceForCreate(draft: Draft<APIService>, { now }: HookContext): void {
  draft.status = {};
  if (draft.spec?.service) return;
  draft.status.conditions = [
    {
      type: 'Available',
      status: 'True',
      lastTransitionTime: now,
      reason: 'Local',
      message: 'Local APIServices are always available',
    },
  ];
}
