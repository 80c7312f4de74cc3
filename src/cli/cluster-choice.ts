/** The options by which every command names a cluster, and how they become one. */

import { type Command, InvalidArgumentError } from 'commander';
import { Failure } from '#cluster/failure.ts';
import { type ClusterLayout, clusterLayout } from '#cluster/machine/layout.ts';
import { type ClusterSettings, checkClusterName, defaultClusterName, loadSettings } from '#cluster/settings.ts';

export interface ClusterOptions {
  readonly name: string;
  readonly dataDir?: string;
}

export function withClusterOptions(command: Command): Command {
  return command
    .option('--name <name>', 'which cluster of this machine', process.env.KUBETS_NAME ?? defaultClusterName)
    .option('--data-dir <directory>', 'where its data are (default: /var/lib/kubets/NAME)');
}

export interface ChosenCluster {
  readonly layout: ClusterLayout;
  readonly settings: ClusterSettings;
}

/** The named cluster; a Failure when it was never made. */
export function chooseCluster(options: ClusterOptions): ChosenCluster {
  const found = findCluster(options);
  if (!found) throw new Failure(`there is no cluster "${options.name}" on this machine`, 'kubets up makes one');
  return found;
}

export function findCluster(options: ClusterOptions): ChosenCluster | undefined {
  checkClusterName(options.name);
  const layout = clusterLayout(options.name, options.dataDir);
  const settings = loadSettings(layout);
  return settings && { layout, settings };
}

/** For commander: a whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least)
      throw new InvalidArgumentError(`a whole number of at least ${least} is expected`);
    return value;
  };
}
