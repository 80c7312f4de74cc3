/**
 * Encryption at rest as --encryption-provider-config says it, over whichever store the cluster has. The file is read again when it
 * changes: what is wrong with it then is logged, and what was in force stays.
 */

import { readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { decodeYaml } from '#api/codec/yaml-decode.ts';
import {
  EncryptionConfigError,
  type EncryptionRule,
  type FaultStage,
  type Provider,
  parseEncryptionConfiguration,
  ruleFor,
} from '#apiserver/encryption/configuration.ts';
import { EncryptedStore, type TransformersOf } from '#apiserver/encryption/encrypted-store.ts';
import { KmsMetrics } from '#apiserver/encryption/kms-metrics.ts';
import { TransformationMetrics } from '#apiserver/encryption/metrics.ts';
import { identity, type ValueTransformer } from '#apiserver/encryption/transformer.ts';
import type { HealthCheck } from '#apiserver/health.ts';
import type { Env, Timer } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { MetricsRegistry } from '#base/metrics.ts';
import { keyTransformer } from '#platform/node/encryption/ciphers.ts';
import { KmsTransformer } from '#platform/node/encryption/kms-v2.ts';
import type { Store } from '#store/store.ts';
import { Failure } from '../failure.ts';
import { createReloadMetrics, serverIdHash } from './reload-metrics.ts';

export interface Encryption {
  readonly store: Store;
  readonly healthChecks: Readonly<Record<string, HealthCheck>>;
  /** Ends watching the file and calling plugins; the store stays open. */
  close(): void;
}

/** Several events come for one change. */
const settleMs = 100;
/** What was begun with the plugins of before may still need them. */
const graceMs = 10_000;

interface Loaded {
  readonly text: string;
  readonly transformersOf: TransformersOf;
  readonly plugins: readonly KmsTransformer[];
}

/** Throws Failure for a file that cannot be used. Plugins that do not answer yet are no failure: their health check fails. */
export async function startEncryption(
  env: Env,
  store: Store,
  file: string,
  metrics: MetricsRegistry,
): Promise<Encryption> {
  const kmsMetrics = new KmsMetrics(metrics, env.clock, serverIdHash());
  const reloads = createReloadMetrics(metrics, 'encryption_config_controller', env);
  let current = await load(env, file, kmsMetrics).catch((error: unknown) => {
    throw asFailure(file, error);
  });
  const counted = new TransformationMetrics(metrics, env.clock);
  const encrypted = new EncryptedStore(store, current.transformersOf, counted);
  let settling: Timer | undefined;
  const retired = new Set<() => void>();
  const retire = (plugins: readonly KmsTransformer[]): void => {
    const end = () => {
      timer.cancel();
      retired.delete(end);
      for (const plugin of plugins) plugin.close();
    };
    const timer = env.clock.after(graceMs, end);
    retired.add(end);
  };
  const reload = async (): Promise<void> => {
    settling = undefined;
    try {
      if (readFileSync(file, 'utf8') === current.text) return;
      const next = await load(env, file, kmsMetrics);
      const broken = next.plugins.find(({ failure }) => failure !== undefined);
      if (broken) {
        for (const plugin of next.plugins) plugin.close();
        throw new Error(`health check for new transformers failed: ${broken.failure}`);
      }
      const before = current;
      current = next;
      encrypted.configure(next.transformersOf);
      retire(before.plugins);
      reloads.reloaded('success', next.text);
      env.log.info('encryption configuration was read again', { file });
    } catch (error) {
      reloads.reloaded('failure', '');
      env.log.error('the new encryption configuration is not used', { file, error: messageOf(error) });
    }
  };
  // The directory, as files are replaced by renaming, and mounted ones by a link beside them.
  const watcher = watch(dirname(file), { persistent: false }, () => {
    settling?.cancel();
    settling = env.clock.after(settleMs, () => void reload());
  });
  watcher.on('error', (error) =>
    env.log.warn('changes of the encryption configuration are not noticed', {
      file: basename(file),
      error: messageOf(error),
    }),
  );
  return {
    store: encrypted,
    healthChecks: {
      'kms-providers': () => {
        const broken = current.plugins.find(({ failure }) => failure !== undefined);
        if (broken) throw new Error(`kms-providers failed: ${broken.failure}`);
        return true;
      },
    },
    close: () => {
      settling?.cancel();
      watcher.close();
      for (const end of [...retired]) end();
      for (const plugin of current.plugins) plugin.close();
    },
  };
}

/** Before a cluster starts: a file that the server could not use. Throws Failure. */
export function checkEncryptionFile(file: string | undefined): void {
  if (file === undefined) return;
  try {
    parse(file, readFileSync(file, 'utf8'));
  } catch (error) {
    throw asFailure(file, error);
  }
}

function asFailure(file: string, error: unknown): Failure {
  return new Failure(`--encryption-provider-config: ${messageOf(error)}`, `mend ${file}`, { cause: error });
}

function parse(file: string, text: string): readonly EncryptionRule[] {
  const name = JSON.stringify(file);
  if (text.trim() === '')
    throw new Error(
      `error while parsing file: error while loading file: encryption provider configuration file ${name} is empty`,
    );
  try {
    const { value, strictErrors } = decodeYaml(text);
    if (strictErrors.length > 0) throw new EncryptionConfigError(`strict decoding error: ${strictErrors.join(', ')}`);
    return parseEncryptionConfiguration(value);
  } catch (error) {
    const stage = error instanceof EncryptionConfigError ? error.stage : 'decoding';
    throw new Error(stageWords(stage, name) + messageOf(error), { cause: error });
  }
}

function stageWords(stage: FaultStage, name: string): string {
  switch (stage) {
    case 'decoding':
      return `error while parsing file: error decoding encryption provider configuration file ${name}: `;
    case 'validation':
      return 'error while parsing file: ';
    case 'building':
      return 'error while building transformers: ';
  }
}

async function load(env: Env, file: string, metrics: KmsMetrics): Promise<Loaded> {
  const text = readFileSync(file, 'utf8');
  const rules = parse(file, text);
  const plugins: KmsTransformer[] = [];
  const chains = new Map(
    rules.map((rule) => [rule, rule.providers.flatMap((provider) => transformersFor(env, provider, plugins, metrics))]),
  );
  await Promise.all(plugins.map((plugin) => plugin.start()));
  return {
    text,
    plugins,
    transformersOf: (group, plural) => {
      const rule = ruleFor(rules, group, plural);
      return rule && chains.get(rule);
    },
  };
}

function transformersFor(
  env: Env,
  provider: Provider,
  plugins: KmsTransformer[],
  metrics: KmsMetrics,
): readonly ValueTransformer[] {
  switch (provider.type) {
    case 'identity':
      return [identity];
    case 'kms': {
      const plugin = new KmsTransformer(env, provider, metrics);
      plugins.push(plugin);
      return [plugin];
    }
    default:
      return provider.keys.map((key) => keyTransformer(provider.type, key));
  }
}
