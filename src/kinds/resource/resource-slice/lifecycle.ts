/** Writes of ResourceSlices: taints get their time, fields of features that are off go unless they were there. */

import type { HookContext } from '#api/definition.ts';
import type { Draft } from '#base/edit.ts';
import type { ResourceSlice } from '#kinds/generated/resource-v1.ts';

const listAttributes = ['bools', 'ints', 'strings', 'versions'] as const;

export function prepareSliceForCreate(draft: Draft<ResourceSlice>, { now }: HookContext): void {
  dateTaints(draft, now);
  dropDisabledFields(draft, undefined);
}

export function prepareSliceForUpdate(draft: Draft<ResourceSlice>, old: ResourceSlice, { now }: HookContext): void {
  dateTaints(draft, now);
  dropDisabledFields(draft, old);
}

function dateTaints({ spec }: Draft<ResourceSlice>, now: string): void {
  for (const { taints = [] } of spec?.devices ?? []) {
    for (const taint of taints) taint.timeAdded ??= now;
  }
}

/** DRAListTypeAttributes and DRANodeAllocatableResources are alpha. */
function dropDisabledFields({ spec }: Draft<ResourceSlice>, old: ResourceSlice | undefined): void {
  const before = old?.spec.devices ?? [];
  const hadLists = before.some(({ attributes = {} }) =>
    Object.values(attributes).some((attribute) => listAttributes.some((field) => attribute[field] !== undefined)),
  );
  const hadMappings = before.some(({ nodeAllocatableResourceMappings }) => nodeAllocatableResourceMappings);
  for (const device of spec?.devices ?? []) {
    if (!hadMappings) delete device.nodeAllocatableResourceMappings;
    if (hadLists) continue;
    for (const attribute of Object.values(device.attributes ?? {})) {
      for (const field of listAttributes) delete attribute[field];
    }
  }
}
