/** DataPlane on nftables: loads the whole table once, afterwards only what changed, and starts over when the kernel disagrees. */

import type { Logger } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { DataPlane, KernelTools } from '../data-plane.ts';
import type { Frontend, ServiceMap } from '../service-map.ts';
import { changeSteps, type Desired, desiredState, fullScript, keepingMaps, type TableConfig } from './ruleset.ts';

export function createNftablesDataPlane(tools: KernelTools, config: TableConfig, log: Logger): DataPlane {
  let programmed: { readonly state: Desired; readonly services: ServiceMap } | undefined;
  return {
    async apply(services, signal) {
      let state = desiredState(services);
      if (programmed) {
        state = keepingMaps(programmed.state, state);
        try {
          for (const script of changeSteps(programmed.state, state, config)) await tools.nft(script, signal);
        } catch (error) {
          if (signal.aborted) throw error;
          log.warn('nftables change was refused, loading the whole table', { error: messageOf(error) });
          programmed = undefined;
        }
      }
      if (!programmed) await tools.nft(fullScript(state, config), signal);
      const stale = staleConnections(programmed?.services, services);
      programmed = { state, services };
      for (const args of stale) await tools.conntrackDelete(args, signal);
    },
  };
}

/**
 * UDP has no end of connection: a client that keeps sending stays with an endpoint that is gone, or with the refusal from the
 * time before the first one. Their tracking entries must go (upstream: pkg/proxy/conntrack).
 */
export function staleConnections(before: ServiceMap | undefined, after: ServiceMap): string[][] {
  const commands: string[][] = [];
  for (const [key, old] of before?.frontends ?? []) {
    if (old.protocol !== 'udp') continue;
    const now = after.frontends.get(key)?.backends ?? [];
    const kept = new Set(now.map(({ ip, port }) => `${ip}:${port}`));
    for (const { ip, port } of old.backends) {
      if (!kept.has(`${ip}:${port}`)) commands.push(['-p', 'udp', ...originalOf(old), '--dst-nat', ip]);
    }
  }
  for (const [key, frontend] of after.frontends) {
    if (frontend.protocol !== 'udp' || frontend.backends.length === 0) continue;
    const old = before?.frontends.get(key);
    // Without a `before` we have just started: entries of an earlier life may be stale too.
    if (!old || old.backends.length === 0) commands.push(['-p', 'udp', ...originalOf(frontend)]);
  }
  return commands;
}

function originalOf({ match }: Frontend): string[] {
  const port = ['--orig-port-dst', String(match.port)];
  return match.type === 'address' ? ['--orig-dst', match.ip, ...port] : port;
}
