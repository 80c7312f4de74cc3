/** postStart and preStop hooks (pkg/kubelet/lifecycle). The text of a failure is for the container's status, never for an event: it may hold secrets. */

import { sleep } from '#base/abort.ts';
import type { Clock } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Container, LifecycleHandler } from '#kinds/generated/core-v1.ts';
import type { CriRuntime } from '../cri/runtime.ts';
import { type NodePod, podText } from '../pod/node-pod.ts';
import type { ProbeNetwork } from '../ports.ts';
import { httpRequest } from '../probes/handler.ts';

export interface HookTools {
  readonly clock: Clock;
  readonly runtime: CriRuntime;
  readonly network: ProbeNetwork;
}

export interface HookTarget {
  readonly pod: NodePod;
  readonly container: Container;
  readonly containerId: string;
  readonly podIP: string;
}

/** A hook that failed; the message is what the container's status shows. */
export class HookError extends Error {
  override readonly name = 'HookError';
}

/** Go's http.Client of the kubelet has no timeout; a hook that never ends is cut by the grace period, or here. */
const hookTimeoutMs = 5 * 60_000;

export async function runHook(
  handler: LifecycleHandler,
  target: HookTarget,
  tools: HookTools,
  signal: AbortSignal,
): Promise<void> {
  const { pod, container } = target;
  const where = `for Container "${container.name}" in Pod "${podText(pod)}" failed - error`;
  if (handler.exec) {
    const command = handler.exec.command ?? [];
    const shown = `[${command.join(' ')}]`;
    let failure = '';
    let output = '';
    try {
      const result = await tools.runtime.execSync(target.containerId, command, 0);
      if (result.exitCode === 0) return;
      const decoder = new TextDecoder();
      output = decoder.decode(result.stdout) + decoder.decode(result.stderr);
      failure = `command '${command.join(' ')}' exited with ${result.exitCode}: ${decoder.decode(result.stderr)}`;
    } catch (error) {
      failure = messageOf(error);
    }
    throw new HookError(`Exec lifecycle hook (${shown}) ${where}: ${failure}, message: ${JSON.stringify(output)}`);
  }
  if (handler.httpGet) {
    const action = handler.httpGet;
    try {
      // Any answer counts: only a connection that fails is a failure.
      await tools.network.http(httpRequest(action, container, target.podIP, hookTimeoutMs, 'lifecycle'));
      return;
    } catch (error) {
      throw new HookError(`HTTP lifecycle hook (${action.path}) ${where}: ${messageOf(error)}`, { cause: error });
    }
  }
  if (handler.sleep) {
    try {
      await sleep(tools.clock, handler.sleep.seconds * 1000, signal);
      return;
    } catch (error) {
      throw new HookError(
        `Sleep lifecycle hook (${handler.sleep.seconds}) ${where}: container terminated before sleep hook finished`,
        { cause: error },
      );
    }
  }
  throw new HookError('Cannot run handler: invalid handler: no action');
}
