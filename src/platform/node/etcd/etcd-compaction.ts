/**
 * Compaction of etcd's history every five minutes, to the revision of five minutes ago; by one of the servers that share it.
 *
 * A key in etcd counts the compactions. At its interval a server tries to raise the count that it knows: who succeeds compacts; who
 * finds it raised by another learns the new count and the revision of now, and waits for another interval. The key and the way are
 * those of kube-apiserver (apiserver storage/etcd3/compact.go), so servers of both kinds on one etcd agree.
 */

import type { Env, Timer } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { EtcdClient } from './etcd-client.ts';
import { isEtcdFailure } from './etcd-errors.ts';
import type { TxnResponse } from './etcd-wire.ts';

const compactRevisionKey = Buffer.from('compact_rev_key');

export class EtcdCompaction {
  private readonly client: EtcdClient;
  private readonly env: Env;
  private readonly intervalMs: number;
  private timer: Timer | undefined;
  /** How often the key was written, as far as this server knows. */
  private round = 0n;
  /** etcd's revision one interval ago. */
  private revision = 0;
  private closed = false;

  constructor(client: EtcdClient, env: Env, intervalMs: number) {
    this.client = client;
    this.env = env;
    this.intervalMs = intervalMs;
    this.arm();
  }

  close(): void {
    this.closed = true;
    this.timer?.cancel();
  }

  /** One interval is over. */
  async tick(): Promise<void> {
    const { client, round } = this;
    const key = compactRevisionKey;
    const answer = await client.write<TxnResponse>(client.methods.txn, {
      compare: [{ result: 'EQUAL', target: 'VERSION', key, version: round }],
      success: [{ requestPut: { key, value: Buffer.from(String(this.revision)) } }],
      failure: [{ requestRange: { key } }],
    });
    const now = Number(answer.header?.revision ?? 0n);
    const due = this.revision;
    this.revision = now;
    if (!answer.succeeded) {
      this.round = answer.responses[0]?.responseRange?.kvs[0]?.version ?? 0n;
      return;
    }
    this.round = round + 1n;
    if (due > 0) await compactTo(client, due);
  }

  private arm(): void {
    this.timer = this.env.clock.after(this.intervalMs, () => {
      this.tick()
        .catch((error: unknown) => {
          if (!this.closed)
            this.env.log.warn('compaction of etcd failed; it is tried again', { error: messageOf(error) });
        })
        .finally(() => {
          if (!this.closed) this.arm();
        });
    });
  }
}

/** History that is gone already counts as done. */
export async function compactTo(client: EtcdClient, revision: number): Promise<void> {
  try {
    await client.read(client.methods.compact, { revision });
  } catch (error) {
    if (!isEtcdFailure(error, 'compacted')) throw error;
  }
}
