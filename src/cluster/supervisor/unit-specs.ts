/** Which processes a cluster has, and how each is started. */

import { join } from 'node:path';
import { waitForSocket } from '#platform/node/sockets.ts';
import type { FoundRuntime } from '../machine/find-runtime.ts';
import { type ClusterLayout, nodeLayout } from '../machine/layout.ts';
import type { NodePlan } from '../machine/network-plan.ts';
import { enterNode, type Machine } from '../machine/node-machine.ts';
import { type RoleCommand, roleEnvironment } from '../roles.ts';
import type { ClusterSettings } from '../settings.ts';
import type { UnitSpec } from './unit.ts';

/** Processes of the control plane end within this time, or are ended. */
const stopTimeoutMs = 10_000;

export function serverUnit(layout: ClusterLayout, settings: ClusterSettings, role: RoleCommand): UnitSpec {
  const [program, ...args] = role('server', '--name', settings.name, '--data-dir', layout.data);
  return spec(layout, 'server', program, args, roleEnvironment);
}

export function agentUnit(machine: Machine, node: NodePlan, role: RoleCommand): UnitSpec {
  const { layout, clusterName } = machine;
  const command = role('agent', '--name', clusterName, '--data-dir', layout.data, '--node', node.name);
  return spec(layout, `agent-${node.name}`, 'nsenter', [...enterNode(machine, node), ...command], roleEnvironment);
}

/** `signal` ends the waiting for its socket. */
export function containerdUnit(machine: Machine, node: NodePlan, runtime: FoundRuntime, signal: AbortSignal): UnitSpec {
  const { containerdConfig, containerdSocket } = nodeLayout(machine.layout, node.name);
  const { containerd, shimDirectory } = runtime.programs;
  const args = [...enterNode(machine, node), containerd, '--config', containerdConfig];
  // containerd looks for its shim in PATH.
  const path = `${shimDirectory}:${process.env.PATH ?? ''}:/usr/sbin:/sbin`;
  return {
    ...spec(machine.layout, `containerd-${node.name}`, 'nsenter', args, { PATH: path }),
    serves: () => waitForSocket(containerdSocket, signal),
  };
}

function spec(
  layout: ClusterLayout,
  name: string,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): UnitSpec {
  const logFile = join(layout.logs, `${name}.log`);
  return { name, stopTimeoutMs, command: () => ({ program, args, env: { ...process.env, ...env }, logFile }) };
}
