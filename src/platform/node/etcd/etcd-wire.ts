/** etcd's messages as proto-codec.ts reads and writes them: absent messages are null, 64-bit numbers bigint when read. */

import { readFileSync } from 'node:fs';
import { assert } from '#base/errors.ts';
import { type Method, parseProto } from '../grpc/proto-schema.ts';

export interface Answer {
  readonly header: { readonly revision: bigint } | null;
}

export interface KeyValue {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  readonly version: bigint;
}

export interface RangeResponse extends Answer {
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  readonly count: bigint;
}

export interface TxnResponse extends Answer {
  readonly succeeded: boolean;
  readonly responses: readonly { readonly responseRange: RangeResponse | null }[];
}

export interface WatchResponse extends Answer {
  readonly created: boolean;
  readonly canceled: boolean;
  readonly compactRevision: bigint;
  readonly cancelReason: string;
  readonly fragment: boolean;
  readonly events: readonly { readonly type: 'PUT' | 'DELETE'; readonly kv: KeyValue | null }[];
}

export interface LeaseGrantResponse extends Answer {
  readonly id: bigint;
}

export interface StatusResponse extends Answer {
  readonly version: string;
  readonly dbSizeInUse: bigint;
}

export interface EtcdMethods {
  readonly range: Method;
  readonly txn: Method;
  readonly put: Method;
  readonly compact: Method;
  readonly watch: Method;
  readonly leaseGrant: Method;
  readonly status: Method;
}

let loaded: EtcdMethods | undefined;

/** Read from etcd-v3.proto when the first store is opened. */
export function etcdMethods(): EtcdMethods {
  loaded ??= loadMethods();
  return loaded;
}

function loadMethods(): EtcdMethods {
  const services = parseProto(readFileSync(new URL('etcd-v3.proto', import.meta.url), 'utf8'));
  const method = (service: string, name: string): Method => {
    const found = services.get(`etcdserverpb.${service}`)?.methods.get(name);
    assert(found, `etcd-v3.proto has no ${service}.${name}`);
    return found;
  };
  return {
    range: method('KV', 'Range'),
    txn: method('KV', 'Txn'),
    put: method('KV', 'Put'),
    compact: method('KV', 'Compact'),
    watch: method('Watch', 'Watch'),
    leaseGrant: method('Lease', 'LeaseGrant'),
    status: method('Maintenance', 'Status'),
  };
}

/** The end of a range that begins with `start` and holds every key with this prefix. */
export function prefixEnd(prefix: Buffer): Buffer {
  for (let at = prefix.length - 1; at >= 0; at--) {
    const byte = prefix[at] as number;
    if (byte === 0xff) continue;
    const end = Buffer.from(prefix.subarray(0, at + 1));
    end[at] = byte + 1;
    return end;
  }
  // To the end of all keys.
  return Buffer.from([0]);
}
