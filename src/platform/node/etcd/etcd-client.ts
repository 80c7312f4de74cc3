/**
 * EtcdClient: calls to a cluster of etcd members. One member at a time, over one connection; when it does not serve, the next one.
 *
 * What is safe to do twice (reads) is tried again with back-off until its time is over. A write is tried again only when it never
 * left this process; otherwise its caller hears that its fate is not known.
 */

import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { sleep } from '#base/abort.ts';
import { type BackoffConfig, backoffDelayMs } from '#base/backoff.ts';
import type { Env } from '#base/env.ts';
import { GrpcChannel, type GrpcDuplex } from '../grpc/grpc-channel.ts';
import { GrpcError } from '../grpc/grpc-error.ts';
import type { Method } from '../grpc/proto-schema.ts';
import { asStatus } from './etcd-errors.ts';
import { type Answer, type EtcdMethods, etcdMethods } from './etcd-wire.ts';

export interface EtcdTls {
  /** PEM. */
  readonly ca?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

export interface EtcdClientOptions {
  readonly env: Env;
  /** 'host:port' of each member. */
  readonly endpoints: readonly string[];
  /** Absent: connections without TLS. */
  readonly tls?: EtcdTls | undefined;
  /** How long a call may take with all its repetitions. 10 s unless told. */
  readonly timeoutMs?: number | undefined;
}

export const etcdBackoff: BackoffConfig = { initialMs: 50, maxMs: 2000, factor: 2, jitter: 0.3 };

/** As upstream's client of etcd (apiserver storage/storagebackend/factory). */
const keepalive = { intervalMs: 30_000, timeoutMs: 10_000 };
const connectTimeoutMs = 5_000;

export class EtcdClient {
  readonly methods: EtcdMethods = etcdMethods();
  /** The newest revision that any answer spoke of. */
  seenRevision = 0;
  private readonly env: Env;
  private readonly channels: readonly GrpcChannel[];
  private readonly timeoutMs: number;
  private readonly closing = new AbortController();
  private member = 0;

  constructor({ env, endpoints, tls, timeoutMs = 10_000 }: EtcdClientOptions) {
    this.env = env;
    this.timeoutMs = timeoutMs;
    this.channels = endpoints.map((endpoint) => channelTo(endpoint, tls));
  }

  /** What may be done twice. Rejects with StatusError. */
  async read<T extends Answer>(method: Method, request: object): Promise<T> {
    return this.attempt<T>(method, request, (error) => error.code === 'Unavailable');
  }

  /** What must not be done twice. Rejects with StatusError; of one with 500 or 504 it is not known whether it happened. */
  async write<T extends Answer>(method: Method, request: object): Promise<T> {
    return this.attempt<T>(method, request, (error) => error.code === 'Unavailable' && error.unsent);
  }

  /** A stream to the member in use; `failed` is to be called when it breaks, so that the next one is another's. */
  openWatch(): { readonly stream: GrpcDuplex; failed(): void } {
    const { member } = this;
    // A member that has lost its leader ends the stream, where it would otherwise wait in silence.
    const stream = this.channel(member).duplex(this.methods.watch, { metadata: { hasleader: 'true' } });
    return { stream, failed: () => this.leave(member) };
  }

  /** Remembers the revision of an answer's header. */
  saw(answer: Answer): number {
    const revision = Number(answer.header?.revision ?? 0n);
    if (revision > this.seenRevision) this.seenRevision = revision;
    return revision;
  }

  close(): void {
    this.closing.abort();
    for (const channel of this.channels) channel.close();
  }

  private async attempt<T extends Answer>(
    method: Method,
    request: object,
    again: (error: GrpcError) => boolean,
  ): Promise<T> {
    const { clock, random } = this.env;
    const { signal } = this.closing;
    const deadline = clock.monotonic() + this.timeoutMs;
    for (let attempt = 0; ; attempt++) {
      const { member } = this;
      try {
        const timeoutMs = Math.max(1, deadline - clock.monotonic());
        const answer = (await this.channel(member).unary(method, request, { timeoutMs, signal })) as T;
        this.saw(answer);
        return answer;
      } catch (error) {
        if (!(error instanceof GrpcError)) throw error;
        if (error.code === 'Unavailable') this.leave(member);
        const delayMs = backoffDelayMs(etcdBackoff, attempt, () => random.next());
        if (signal.aborted || !again(error) || clock.monotonic() + delayMs >= deadline) throw asStatus(error);
        await sleep(clock, delayMs, signal).catch(() => {});
      }
    }
  }

  private channel(member: number): GrpcChannel {
    return this.channels[member] as GrpcChannel;
  }

  private leave(member: number): void {
    if (this.member === member) this.member = (member + 1) % this.channels.length;
  }
}

function channelTo(endpoint: string, tls: EtcdTls | undefined): GrpcChannel {
  const colon = endpoint.lastIndexOf(':');
  const host = endpoint.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = Number(endpoint.slice(colon + 1));
  const open = () => {
    if (!tls) return connectTcp({ host, port, noDelay: true });
    return connectTls({
      host,
      port,
      ALPNProtocols: ['h2'],
      // An address is no server name.
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
      ...(tls.certificate === undefined ? {} : { cert: tls.certificate }),
      ...(tls.key === undefined ? {} : { key: tls.key }),
    }).setNoDelay(true);
  };
  return new GrpcChannel(open, { scheme: tls ? 'https' : 'http', connectTimeoutMs, keepalive });
}
