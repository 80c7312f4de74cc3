/** Opens the store that --store names. Engines that are not used are not loaded. */

import { readFileSync } from 'node:fs';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import type { Store } from '#store/store.ts';
import { Failure } from './failure.ts';
import { type EtcdLocation, parseStoreLocation } from './store-location.ts';

export interface StoreOptions {
  /** As --store says it; the default unless told. */
  readonly location?: string | undefined;
  /** Of the embedded store. */
  readonly directory: string;
}

/** Throws Failure for a location that cannot be used. */
export async function openStore(env: Env, { location: text, directory }: StoreOptions): Promise<Store> {
  const location = parseStoreLocation(text);
  switch (location.engine) {
    case 'sqlite': {
      const { openSqliteStore, StoreInUseError } = await import('#platform/node/sqlite-journal.ts');
      try {
        return await openSqliteStore(env, { directory });
      } catch (cause) {
        if (!(cause instanceof StoreInUseError)) throw cause;
        throw new Failure(cause.message, 'stop it first, or use another data directory', { cause });
      }
    }
    case 'memory': {
      const { createMemoryStore } = await import('#store/revision-store.ts');
      return createMemoryStore(env);
    }
    case 'etcd':
      return openEtcd(env, location);
  }
}

/** Before a cluster starts: an etcd that cannot be used is told now, and not by a server that fails again and again. */
export async function checkStore(text: string | undefined): Promise<void> {
  const location = parseStoreLocation(text);
  if (location.engine !== 'etcd') return;
  const store = await openEtcd(createNodeEnv({ component: 'up' }), location, 5_000);
  await store.close();
}

async function openEtcd(env: Env, { endpoints, root, tls }: EtcdLocation, timeoutMs?: number): Promise<Store> {
  const { openEtcdStore } = await import('#platform/node/etcd/etcd-store.ts');
  const read = (file: string | undefined): string | undefined => {
    if (file === undefined) return undefined;
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw new Failure(`--store: ${messageOf(error)}`, 'name files that can be read', { cause: error });
    }
  };
  const files = tls && { ca: read(tls.ca), certificate: read(tls.cert), key: read(tls.key) };
  try {
    return await openEtcdStore({ env, endpoints, root, tls: files, timeoutMs });
  } catch (error) {
    throw new Failure(
      `the store at ${endpoints.join(', ')} cannot be used: ${messageOf(error)}`,
      'see that etcd runs there, and that certificates fit',
      { cause: error },
    );
  }
}
