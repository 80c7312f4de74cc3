/** What is left of the kubelet configuration of nodes by ConfigMaps, which is removed: dropped, unless the stored node has it. */

import type { Draft } from '#base/edit.ts';
import type { Node } from '#kinds/generated/core-v1.ts';

export function dropRemovedFields({ spec, status }: Draft<Node>): void {
  if (spec) delete spec.configSource;
  if (status) delete status.config;
}

export function dropRemovedSpec({ spec }: Draft<Node>, old: Node): void {
  if (spec && !old.spec?.configSource) delete spec.configSource;
}

export function dropRemovedStatus({ status }: Draft<Node>, old: Node): void {
  if (status && !old.status?.config) delete status.config;
}
