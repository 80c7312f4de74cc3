/**
 * Where a cluster's state lives, as --store says it:
 *
 *     sqlite                                                   in the data directory (the default)
 *     memory                                                   nowhere: gone when the server ends
 *     etcd://HOST:PORT[,HOST:PORT...][/ROOT]                   etcd without TLS; keys are below /ROOT (default: /kubets)
 *     etcds://HOST:PORT[,...][/ROOT]?ca=FILE&cert=FILE&key=FILE    with TLS; the files are PEM, each may be left out, absolute paths
 */

import { isAbsolute } from 'node:path';
import { Failure } from './failure.ts';

export const defaultStore = 'sqlite';
const defaultRoot = '/kubets';
const defaultPort = 2379;

export interface EtcdLocation {
  readonly engine: 'etcd';
  /** 'host:port' */
  readonly endpoints: readonly string[];
  readonly root: string;
  /** Absolute paths; absent: no TLS. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

export type StoreLocation = { readonly engine: 'sqlite' } | { readonly engine: 'memory' } | EtcdLocation;

/** Throws Failure. */
export function parseStoreLocation(text: string = defaultStore): StoreLocation {
  if (text === 'sqlite' || text === 'memory') return { engine: text };
  const match = /^(etcds?):\/\/([^/?]+)(\/[^?]*)?(?:\?(.*))?$/.exec(text);
  if (!match) throw bad(text, 'it is none of sqlite, memory, etcd://HOST:PORT, etcds://HOST:PORT');
  const [, scheme, hosts = '', path = '', query = ''] = match;
  const location = {
    engine: 'etcd',
    endpoints: hosts.split(',').map((host) => endpointOf(text, host)),
    root: path.replace(/\/+$/, '') || defaultRoot,
  } as const;
  if (scheme === 'etcd') {
    if (query !== '') throw bad(text, 'certificates are for etcds://');
    return location;
  }
  return { ...location, tls: filesOf(text, query) };
}

function endpointOf(text: string, host: string): string {
  const match = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(host);
  const port = Number(match?.[2] ?? defaultPort);
  if (!match || port < 1 || port > 65_535) throw bad(text, `"${host}" is no HOST:PORT`);
  return `${match[1]}:${port}`;
}

function filesOf(text: string, query: string): NonNullable<EtcdLocation['tls']> {
  const files: { ca?: string; cert?: string; key?: string } = {};
  for (const [name, file] of new URLSearchParams(query)) {
    if (name !== 'ca' && name !== 'cert' && name !== 'key')
      throw bad(text, `there is no "${name}", but ca, cert and key`);
    if (!isAbsolute(file)) throw bad(text, `${name} is not an absolute path: "${file}"`);
    files[name] = file;
  }
  if ((files.cert === undefined) !== (files.key === undefined)) throw bad(text, 'cert and key belong together');
  return files;
}

function bad(text: string, why: string): Failure {
  return new Failure(`--store ${text}: ${why}`, 'for example: --store etcd://127.0.0.1:2379');
}
