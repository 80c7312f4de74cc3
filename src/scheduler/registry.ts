/** The in-tree plugins by name, and the set of them that a profile has by default, in upstream's order. */

import type { Handle } from './framework/handle.ts';
import type { Plugin } from './framework/plugin.ts';
import { defaultBinder } from './plugins/default-binder/default-binder.ts';
import { type DefaultPreemptionArgs, defaultPreemption } from './plugins/default-preemption/default-preemption.ts';
import { dynamicResources } from './plugins/dynamic-resources/dynamic-resources.ts';
import { imageLocality } from './plugins/image-locality/image-locality.ts';
import { type InterPodAffinityArgs, interPodAffinity } from './plugins/inter-pod-affinity/inter-pod-affinity.ts';
import { type NodeAffinityArgs, nodeAffinity } from './plugins/node-affinity/node-affinity.ts';
import { nodeName } from './plugins/node-name/node-name.ts';
import { nodePorts } from './plugins/node-ports/node-ports.ts';
import {
  type BalancedAllocationArgs,
  nodeResourcesBalancedAllocation,
} from './plugins/node-resources/balanced-allocation.ts';
import { type NodeResourcesFitArgs, nodeResourcesFit } from './plugins/node-resources/fit.ts';
import { nodeUnschedulable } from './plugins/node-unschedulable/node-unschedulable.ts';
import { nodeVolumeLimits } from './plugins/node-volume-limits/node-volume-limits.ts';
import { type PodTopologySpreadArgs, podTopologySpread } from './plugins/pod-topology-spread/pod-topology-spread.ts';
import { prioritySort } from './plugins/priority-sort/priority-sort.ts';
import { schedulingGates } from './plugins/scheduling-gates/scheduling-gates.ts';
import { taintToleration } from './plugins/taint-toleration/taint-toleration.ts';
import { type VolumeBindingArgs, volumeBinding } from './plugins/volume-binding/volume-binding.ts';
import { volumeRestrictions } from './plugins/volume-restrictions/volume-restrictions.ts';
import { volumeZone } from './plugins/volume-zone/volume-zone.ts';

/** Arguments by plugin (kubescheduler.config.k8s.io/v1 pluginConfig). */
export interface PluginArgs {
  readonly NodeAffinity?: NodeAffinityArgs;
  readonly NodeResourcesFit?: NodeResourcesFitArgs;
  readonly NodeResourcesBalancedAllocation?: BalancedAllocationArgs;
  readonly PodTopologySpread?: PodTopologySpreadArgs;
  readonly InterPodAffinity?: InterPodAffinityArgs;
  readonly DefaultPreemption?: DefaultPreemptionArgs;
  readonly VolumeBinding?: VolumeBindingArgs;
}

export type PluginFactory = (handle: Handle, args: PluginArgs) => Plugin;

export type Registry = ReadonlyMap<string, PluginFactory>;

export const inTreePlugins: Registry = new Map<string, PluginFactory>([
  ['SchedulingGates', () => schedulingGates()],
  ['PrioritySort', () => prioritySort()],
  ['NodeUnschedulable', () => nodeUnschedulable()],
  ['NodeName', () => nodeName()],
  ['TaintToleration', () => taintToleration()],
  ['NodeAffinity', (_, args) => nodeAffinity(args.NodeAffinity)],
  ['NodePorts', () => nodePorts()],
  ['NodeResourcesFit', ({ state }, args) => nodeResourcesFit(state, args.NodeResourcesFit)],
  ['VolumeRestrictions', (handle) => volumeRestrictions(handle)],
  ['NodeVolumeLimits', (handle) => nodeVolumeLimits(handle)],
  ['VolumeBinding', (handle, args) => volumeBinding(handle, args.VolumeBinding)],
  ['VolumeZone', (handle) => volumeZone(handle)],
  ['PodTopologySpread', ({ state, listers }, args) => podTopologySpread(state, listers, args.PodTopologySpread)],
  ['InterPodAffinity', ({ state }, args) => interPodAffinity(state, args.InterPodAffinity)],
  ['DynamicResources', () => dynamicResources()],
  ['DefaultPreemption', (handle, args) => defaultPreemption(handle, args.DefaultPreemption)],
  [
    'NodeResourcesBalancedAllocation',
    ({ state }, args) => nodeResourcesBalancedAllocation(state, args.NodeResourcesBalancedAllocation),
  ],
  ['ImageLocality', ({ state }) => imageLocality(state)],
  ['DefaultBinder', (handle) => defaultBinder(handle)],
]);

/** Name and weight of scores; the order is that of every extension point (apis/config/v1/default_plugins.go). */
export const defaultPlugins: readonly { readonly name: string; readonly weight?: number }[] = [
  { name: 'SchedulingGates' },
  { name: 'PrioritySort' },
  { name: 'NodeUnschedulable' },
  { name: 'NodeName' },
  { name: 'TaintToleration', weight: 3 },
  { name: 'NodeAffinity', weight: 2 },
  { name: 'NodePorts' },
  { name: 'NodeResourcesFit', weight: 1 },
  { name: 'VolumeRestrictions' },
  { name: 'NodeVolumeLimits' },
  { name: 'VolumeBinding' },
  { name: 'VolumeZone' },
  { name: 'PodTopologySpread', weight: 2 },
  { name: 'InterPodAffinity', weight: 2 },
  { name: 'DynamicResources' },
  { name: 'DefaultPreemption' },
  { name: 'NodeResourcesBalancedAllocation', weight: 1 },
  { name: 'ImageLocality', weight: 1 },
  { name: 'DefaultBinder' },
];
