/**
 * Profiles: from configuration (kubescheduler.config.k8s.io/v1 KubeSchedulerProfile) to a framework with its plugins.
 *
 * `multiPoint` enables a plugin at every extension point that it implements; the sets of single points add, take away or
 * re-weight. Pods choose a profile by spec.schedulerName.
 */

import { assert } from '#base/errors.ts';
import { type EnabledPlugin, type ExtensionPoint, extensionPoints, Framework } from './framework/framework.ts';
import type { Handle } from './framework/handle.ts';
import type { FrameworkMetrics } from './framework/metrics.ts';
import type { Plugin } from './framework/plugin.ts';
import { defaultPlugins, inTreePlugins, type PluginArgs, type Registry } from './registry.ts';

export interface PluginSet {
  readonly enabled?: readonly { readonly name: string; readonly weight?: number }[];
  /** '*' disables all that are not enabled here. */
  readonly disabled?: readonly { readonly name: string }[];
}

export interface ProfileConfig {
  /** 'default-scheduler' when absent. */
  readonly schedulerName?: string;
  /** 1 to 100; 0 and absent: adaptive. */
  readonly percentageOfNodesToScore?: number;
  readonly plugins?: Readonly<Partial<Record<ExtensionPoint | 'multiPoint', PluginSet>>>;
  readonly pluginConfig?: PluginArgs;
}

export const defaultSchedulerName = 'default-scheduler';

/** Throws when the configuration names a plugin that does not exist. */
export function createProfile(
  config: ProfileConfig,
  handleFor: (framework: () => Framework) => Handle,
  registry: Registry = inTreePlugins,
  metrics?: FrameworkMetrics,
): Framework {
  let made: Framework | undefined;
  const handle = handleFor(() => {
    assert(made, 'a plugin used the framework while it was made');
    return made;
  });
  const instances = new Map<string, Plugin>();
  const instance = (name: string): Plugin => {
    let plugin = instances.get(name);
    if (!plugin) {
      const factory = registry.get(name);
      assert(factory, `plugin "${name}" does not exist`);
      plugin = factory(handle, config.pluginConfig ?? {});
      instances.set(name, plugin);
    }
    return plugin;
  };
  const multiPoint = merge(defaultPlugins, config.plugins?.multiPoint);
  const plugins = {} as Record<ExtensionPoint, readonly EnabledPlugin[]>;
  for (const point of extensionPoints) {
    const own = config.plugins?.[point];
    const shared = multiPoint.filter(({ name }) => implementsPoint(instance(name), point));
    plugins[point] = merge(shared, own).map(({ name, weight }) => {
      const plugin = instance(name);
      assert(implementsPoint(plugin, point), `plugin "${name}" does not extend ${point}`);
      return { plugin, weight: weight ?? 1 };
    });
  }
  made = new Framework({
    profileName: config.schedulerName ?? defaultSchedulerName,
    percentageOfNodesToScore: config.percentageOfNodesToScore,
    plugins,
    metrics: metrics?.of(config.schedulerName ?? defaultSchedulerName),
  });
  return made;
}

type Named = { readonly name: string; readonly weight?: number };

/** The base without what is disabled, with what is enabled: in its old place when it was there, otherwise at the end. */
function merge(base: readonly Named[], set: PluginSet | undefined): readonly Named[] {
  const enabled = new Map((set?.enabled ?? []).map((plugin) => [plugin.name, plugin]));
  const disabled = new Set((set?.disabled ?? []).map(({ name }) => name));
  const kept = base.filter(({ name }) => !disabled.has(name) && !disabled.has('*'));
  const merged = kept.map((plugin) => enabled.get(plugin.name) ?? plugin);
  const names = new Set(kept.map(({ name }) => name));
  return [...merged, ...[...enabled.values()].filter(({ name }) => !names.has(name))];
}

const methods: Readonly<Record<ExtensionPoint, keyof Plugin>> = {
  preEnqueue: 'preEnqueue',
  queueSort: 'less',
  preFilter: 'preFilter',
  filter: 'filter',
  postFilter: 'postFilter',
  preScore: 'preScore',
  score: 'score',
  reserve: 'reserve',
  permit: 'permit',
  preBind: 'preBind',
  bind: 'bind',
  postBind: 'postBind',
};

function implementsPoint(plugin: Plugin, point: ExtensionPoint): boolean {
  return plugin[methods[point]] !== undefined;
}
