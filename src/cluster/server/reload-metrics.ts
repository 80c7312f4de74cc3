/** Metrics of configuration files that are read again, under upstream's names (apiserver server/options, metrics of each configuration). */

import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { Env } from '#base/env.ts';
import type { MetricsRegistry } from '#base/metrics.ts';

export interface ReloadMetrics {
  reloaded(status: 'success' | 'failure', content: string): void;
}

/** `subsystem`: authentication_config_controller, authorization_config_controller or encryption_config_controller. */
export function createReloadMetrics(registry: MetricsRegistry, subsystem: string, env: Env): ReloadMetrics {
  const prefix = `apiserver_${subsystem}`;
  const labels = ['apiserver_id_hash', 'status'];
  const total = registry.counter(`${prefix}_automatic_reloads_total`, 'Reloads of the configuration file.', labels);
  const last = registry.gauge(
    `${prefix}_automatic_reload_last_timestamp_seconds`,
    'When the configuration file was reloaded last.',
    labels,
  );
  const id = serverIdHash();
  let hash = '';
  registry.collected(
    `${prefix}_last_config_info`,
    'Hash of the configuration that is in use.',
    ['apiserver_id_hash', 'hash'],
    () => (hash === '' ? [] : [{ labels: [id, hash], value: 1 }]),
  );
  return {
    reloaded(status, content) {
      total.add(1, id, status);
      last.set(env.clock.now() / 1000, id, status);
      if (status === 'success') hash = hashOf(content);
    },
  };
}

/** Which of several API servers this is: upstream's identity is made of the host's name (server/config.go). */
export function serverIdHash(): string {
  const bytes = createHash('sha256').update(hostname()).digest().subarray(0, 16);
  let bits = BigInt(`0x${bytes.toString('hex')}`) << 2n;
  let text = '';
  for (let digit = 0; digit < 26; digit++, bits >>= 5n) text = base32.charAt(Number(bits & 31n)) + text;
  return hashOf(`apiserver-${text}`);
}

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';

function hashOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
