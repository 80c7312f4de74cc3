/** HTTP/2 to an API server as a load driver wants it: answers are counted and looked through, not decoded. */

import { readFileSync } from 'node:fs';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type SecureClientSessionOptions } from 'node:http2';
import { load } from 'js-yaml';

export interface Endpoint {
  readonly server: string;
  readonly options: SecureClientSessionOptions;
  readonly authorization: string | undefined;
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
  readonly users: readonly { readonly user: Readonly<Record<string, string>> }[];
}

/** The first cluster and user of a kubeconfig with certificates or a token in it. */
export function endpointOf(kubeconfig: string): Endpoint {
  const { clusters, users } = load(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
  const { cluster = {} } = clusters[0] ?? {};
  const { user = {} } = users[0] ?? {};
  const pem = (from: Readonly<Record<string, string>>, name: string): Buffer | undefined => {
    const data = from[`${name}-data`];
    if (data !== undefined) return Buffer.from(data, 'base64');
    const file = from[name];
    return file === undefined ? undefined : readFileSync(file);
  };
  const ca = pem(cluster, 'certificate-authority');
  const cert = pem(user, 'client-certificate');
  const key = pem(user, 'client-key');
  return {
    server: cluster.server ?? '',
    options: { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) },
    authorization: user.token === undefined ? undefined : `Bearer ${user.token}`,
  };
}

export interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: string;
  /** Sees every piece of a good answer. */
  readonly onData?: (chunk: Buffer) => void;
}

export interface Answer {
  readonly status: number;
  readonly bytes: number;
  /** From asking to the first byte of the body. */
  readonly firstByteMs: number;
}

export class Connection {
  private session: ClientHttp2Session;
  private readonly endpoint: Endpoint;
  private readonly windowBytes: number;

  /** `windowBytes` is how far the server may write ahead on one stream. */
  constructor(endpoint: Endpoint, windowBytes = 16 * 2 ** 20) {
    this.endpoint = endpoint;
    this.windowBytes = windowBytes;
    this.session = this.connect();
  }

  private connect(): ClientHttp2Session {
    const { server, options } = this.endpoint;
    const session = connect(server, {
      ...options,
      settings: { initialWindowSize: this.windowBytes, enablePush: false },
    });
    session.on('connect', () => session.setLocalWindowSize(Math.max(2 ** 16, this.windowBytes)));
    // What was asked over it fails with the same error.
    session.on('error', () => {});
    return session;
  }

  /** Throws what the server says to anything that is not a 2xx. */
  ask(ask: Ask): Promise<Answer> {
    const begin = performance.now();
    return new Promise((resolve, reject) => {
      const stream = this.open(ask);
      let status = 0;
      let bytes = 0;
      let firstByteMs = 0;
      const refused: Buffer[] = [];
      stream.once('response', (headers) => {
        status = headers[':status'] ?? 0;
      });
      stream.on('data', (chunk: Buffer) => {
        if (bytes === 0) firstByteMs = performance.now() - begin;
        bytes += chunk.length;
        if (status >= 300) refused.push(chunk);
        else ask.onData?.(chunk);
      });
      stream.once('error', reject);
      stream.once('end', () => {
        if (status >= 200 && status < 300) resolve({ status, bytes, firstByteMs });
        else reject(new Error(`${ask.method ?? 'GET'} ${ask.path}: ${status} ${Buffer.concat(refused).toString()}`));
      });
    });
  }

  /** A request that stays open; resolves when its answer begins. */
  stream(ask: Ask): Promise<ClientHttp2Stream> {
    return new Promise((resolve, reject) => {
      const stream = this.open(ask);
      stream.once('error', reject);
      stream.once('response', (headers) => {
        stream.off('error', reject);
        stream.on('error', () => {});
        if (headers[':status'] === 200) resolve(stream);
        else reject(new Error(`${ask.path}: ${headers[':status']}`));
      });
    });
  }

  async json(ask: Ask): Promise<unknown> {
    const parts: Buffer[] = [];
    await this.ask({ ...ask, onData: (chunk) => parts.push(chunk) });
    return JSON.parse(Buffer.concat(parts).toString());
  }

  close(): void {
    this.session.destroy();
  }

  private open({ method = 'GET', path, accept = 'application/json', contentType, body }: Ask): ClientHttp2Stream {
    // Servers end connections on which nothing was asked for a minute and a half.
    if (this.session.closed || this.session.destroyed) this.session = this.connect();
    const { authorization } = this.endpoint;
    const stream = this.session.request(
      {
        ':method': method,
        ':path': path,
        accept,
        'user-agent': 'kubets-bench',
        ...(authorization === undefined ? {} : { authorization }),
        ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
      },
      { endStream: body === undefined },
    );
    if (body !== undefined) stream.end(body);
    return stream;
  }
}
