/**
 * DynamicResources: devices by ResourceClaims (KEP-4381). Allocation is not implemented yet; so that no pod starts without the
 * devices that it asks for, pods with claims are refused, and say why. Pods without claims are not concerned, except that
 * upstream's plugin has its word in every failed attempt; ours says the same.
 */

import { StateKey } from '../../framework/cycle.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { status } from '../../framework/status.ts';

const name = 'DynamicResources';
const skip = status('Skip', name);
const refused = status(
  'UnschedulableAndUnresolvable',
  name,
  'pod has resource claims, which this scheduler cannot allocate',
);
const nothingToDeallocate = status('Unschedulable', name, 'no new claims to deallocate');

/** Upstream's answer when an earlier plugin ended PreFilter before this one; users read it behind the first reason. */
const notReached = status('Error', name, 'not found');

export function dynamicResources(): Plugin {
  const reachedKey = new StateKey<true>();
  return {
    name,
    eventsToRegister: () => [],
    preFilter(cycle) {
      cycle.write(reachedKey, true);
      return cycle.pod.pod.spec?.resourceClaims?.length ? refused : skip;
    },
    postFilter: (cycle) => ({ status: cycle.read(reachedKey) ? nothingToDeallocate : notReached }),
  };
}
