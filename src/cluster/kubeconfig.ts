/**
 * kubeconfig files: the cluster's own, and the entry in the user's.
 *
 * The user's file may be precious: it is read by a parser, only the entries with our name are set, everything else is written
 * back as it was understood, and the first time a copy of the former file is left beside it (config.before-kubets).
 */

import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { messageOf } from '#base/errors.ts';
import { readIfExists, writeFileAtomic } from '#platform/node/files.ts';
import { Failure } from './failure.ts';

export interface KubeconfigEntry {
  /** Name of the cluster and of the context. */
  readonly cluster: string;
  /** Name of the user. */
  readonly user: string;
  readonly server: string;
  readonly authorityPem: string;
  readonly certificatePem: string;
  readonly keyPem: string;
}

type Mapping = Record<string, unknown>;

export class KubeconfigError extends Failure {
  override readonly name = 'KubeconfigError';
}

/** A kubeconfig with one context, which is the current one. */
export function renderKubeconfig(entry: KubeconfigEntry): string {
  return merged({}, entry);
}

/** The text of `existing` with this entry set and its context made the current one. */
export function mergeKubeconfig(existing: string, entry: KubeconfigEntry): string {
  return merged(parse(existing), entry);
}

/** The text of `existing` without the entries of this cluster; undefined when there are none. */
export function removeFromKubeconfig(existing: string, cluster: string, user: string): string | undefined {
  const config = parse(existing);
  const before = dumpYaml(config);
  for (const [list, name] of [
    ['clusters', cluster],
    ['contexts', cluster],
    ['users', user],
  ] as const) {
    config[list] = entries(config, list).filter((item) => item.name !== name);
  }
  if (config['current-context'] === cluster) config['current-context'] = '';
  const after = dumpYaml(config);
  return after === before ? undefined : after;
}

/** Path of the user's kubeconfig: the first of $KUBECONFIG that exists, or ~/.kube/config. */
export function userKubeconfigPath(env: NodeJS.ProcessEnv): string {
  const listed = (env.KUBECONFIG ?? '').split(':').filter(Boolean);
  return listed.find((path) => existsSync(path)) ?? listed[0] ?? join(env.HOME ?? homedir(), '.kube', 'config');
}

/** Sets the cluster's context in the user's kubeconfig; returns whether the file changed. */
export function mergeIntoUserKubeconfig(path: string, entry: KubeconfigEntry): boolean {
  const existing = readIfExists(path);
  let text: string;
  try {
    text = existing === undefined ? renderKubeconfig(entry) : mergeKubeconfig(existing, entry);
  } catch (error) {
    throw new KubeconfigError(
      `${path} is left as it is: ${messageOf(error)}`,
      `mend the file, or take 'kubets kubeconfig' to another one`,
      { cause: error },
    );
  }
  if (text === existing) return false;
  const backup = `${path}.before-kubets`;
  if (existing !== undefined && !existsSync(backup)) copyFileSync(path, backup);
  writeFileAtomic(path, text, { mode: 0o600 });
  return true;
}

/** Takes the cluster's context out of the user's kubeconfig, if it is there. */
export function removeFromUserKubeconfig(path: string, cluster: string, user: string): void {
  const existing = readIfExists(path);
  if (existing === undefined) return;
  const text = removeFromKubeconfig(existing, cluster, user);
  if (text !== undefined) writeFileAtomic(path, text, { mode: 0o600 });
}

/** Reads an entry's certificates from the pki directory. */
export function kubeconfigEntry(
  pki: string,
  certificate: string,
  names: { cluster: string; user: string; server: string },
): KubeconfigEntry {
  const read = (file: string) => readFileSync(join(pki, file), 'utf8');
  return {
    ...names,
    authorityPem: read('ca.crt'),
    certificatePem: read(`${certificate}.crt`),
    keyPem: read(`${certificate}.key`),
  };
}

function merged(config: Mapping, entry: KubeconfigEntry): string {
  const result: Mapping = { apiVersion: 'v1', kind: 'Config', ...config };
  set(result, 'clusters', entry.cluster, {
    cluster: { 'certificate-authority-data': base64(entry.authorityPem), server: entry.server },
  });
  set(result, 'contexts', entry.cluster, { context: { cluster: entry.cluster, user: entry.user } });
  set(result, 'users', entry.user, {
    user: { 'client-certificate-data': base64(entry.certificatePem), 'client-key-data': base64(entry.keyPem) },
  });
  result['current-context'] = entry.cluster;
  return dumpYaml(result);
}

function set(config: Mapping, list: string, name: string, value: Mapping): void {
  const others = entries(config, list);
  const at = others.findIndex((item) => item.name === name);
  const item = { ...value, name };
  config[list] = at < 0 ? [...others, item] : others.with(at, item);
}

function entries(config: Mapping, list: string): readonly Mapping[] {
  const value = config[list];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isMapping)) throw new KubeconfigError(`${list} is not a list`);
  return value;
}

function parse(text: string): Mapping {
  const value: unknown = load(text);
  if (value === undefined || value === null) return {};
  if (!isMapping(value)) throw new KubeconfigError('it is not a kubeconfig');
  return { ...value };
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function dumpYaml(value: Mapping): string {
  return dump(value, { lineWidth: -1, noRefs: true });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
