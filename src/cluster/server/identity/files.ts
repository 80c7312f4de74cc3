/** Files that configure identity: read at the start, where a fault ends it, and again when they change, where it does not. */

import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { FileCheck } from '#apiserver/authorization/authorization-configuration.ts';
import { webhookTargetOf } from '#apiserver/webhook/kubeconfig.ts';
import type { WebhookTarget } from '#apiserver/webhook/webhook-client.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import { type FileWatch, watchFile } from '#platform/node/watch-file.ts';
import { Failure } from '../../failure.ts';
import type { ReloadMetrics } from '../reload-metrics.ts';

/** Runs with the content of a flag's file; what goes wrong is a Failure that names flag and file. */
export function withFile<T>(flag: string, path: string, use: (text: string) => T): T {
  try {
    return use(readFileSync(path, 'utf8'));
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure(`--${flag} ${path}: ${messageOf(cause)}`, 'mend the file, then start the cluster again', {
      cause,
    });
  }
}

export function webhookTargetFrom(flag: string, path: string): WebhookTarget {
  return withFile(flag, path, (text) =>
    webhookTargetOf(text, (referenced) => readFileSync(resolve(dirname(path), referenced), 'utf8')),
  );
}

export const checkFile: FileCheck = (path) => {
  try {
    return statSync(path).isFile() ? 'regular' : 'irregular';
  } catch (error) {
    return { fault: messageOf(error) };
  }
};

/** Applies every new content of the file; one that is faulty is logged, and the former stays in use. */
export function reloadOnChange(
  {
    path,
    content,
    env,
    metrics,
  }: {
    readonly path: string;
    readonly content: string;
    readonly env: Env;
    readonly metrics: ReloadMetrics;
  },
  apply: (content: string) => void,
): FileWatch {
  const failed = (error: unknown, text: string) => {
    metrics.reloaded('failure', text);
    env.log.error('configuration was not reloaded', { file: path, error: messageOf(error) });
  };
  return watchFile(
    path,
    content,
    (text) => {
      try {
        apply(text);
        metrics.reloaded('success', text);
        env.log.info('configuration reloaded', { file: path });
      } catch (error) {
        failed(error, text);
      }
    },
    (error) => failed(error, ''),
  );
}
