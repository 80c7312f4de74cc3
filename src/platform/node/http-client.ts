/**
 * HTTP/2 over TLS to an API server: one connection for all requests and watches of a process.
 *
 * A connection that broke is replaced at the next request; what ran on it fails, and its callers' queues and informers try
 * again. A silent server is found out by pings, as client-go does (every 30 s while something is open).
 */

import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import { AbortedError } from '#base/abort.ts';
import type { HttpAnswer } from '#client/json-answer.ts';
import type { HttpMessage, HttpSend } from '#client/remote-handler.ts';

export interface HttpClientConfig {
  /** 'https://127.0.0.1:6443'. */
  readonly server: string;
  readonly authorityPem: string;
  readonly certificatePem?: string;
  readonly keyPem?: string;
  /** Read for each request: a token file is rotated. */
  readonly token?: () => string;
}

export interface HttpClient {
  readonly send: HttpSend;
  close(): void;
}

const pingIntervalMs = 30_000;
const pingTimeoutMs = 15_000;

export function createHttpClient(config: HttpClientConfig): HttpClient {
  let session: ClientHttp2Session | undefined;
  const current = (): ClientHttp2Session => {
    if (session && !session.closed && !session.destroyed) return session;
    session = openSession(config);
    return session;
  };
  return {
    send: (message) => exchange(current(), config, message),
    close: () => session?.destroy(),
  };
}

function openSession(config: HttpClientConfig): ClientHttp2Session {
  const session = connect(config.server, {
    ca: config.authorityPem,
    ...(config.certificatePem === undefined ? {} : { cert: config.certificatePem }),
    ...(config.keyPem === undefined ? {} : { key: config.keyPem }),
    settings: { initialWindowSize: 1 << 20 },
  });
  // Requests learn of it by their streams.
  session.on('error', () => {});
  session.on('connect', () => session.setLocalWindowSize(4 << 20));
  let waiting: NodeJS.Timeout | undefined;
  const timer = setInterval(() => {
    if (session.destroyed || waiting) return;
    waiting = setTimeout(() => session.destroy(new Error('the API server does not answer pings')), pingTimeoutMs);
    session.ping(() => {
      clearTimeout(waiting);
      waiting = undefined;
    });
  }, pingIntervalMs);
  timer.unref();
  session.on('close', () => {
    clearInterval(timer);
    clearTimeout(waiting);
  });
  return session;
}

function exchange(session: ClientHttp2Session, config: HttpClientConfig, message: HttpMessage): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    if (message.signal.aborted) {
      reject(new AbortedError('aborted', { cause: message.signal.reason }));
      return;
    }
    const stream = session.request(
      {
        ...message.headers,
        ...(config.token ? { authorization: `Bearer ${config.token()}` } : {}),
        ':method': message.method,
        ':path': message.path,
      },
      { endStream: message.body === undefined },
    );
    const onAbort = () => stream.close(constants.NGHTTP2_CANCEL);
    message.signal.addEventListener('abort', onAbort, { once: true });
    stream.once('close', () => {
      message.signal.removeEventListener('abort', onAbort);
      reject(
        message.signal.aborted
          ? new AbortedError('aborted', { cause: message.signal.reason })
          : new Error(`${message.method} ${config.server}${message.path}: the connection ended without an answer`),
      );
    });
    stream.once('error', (error) => {
      const cause = connectionCause(error);
      reject(message.signal.aborted ? new AbortedError('aborted', { cause: message.signal.reason }) : cause);
    });
    stream.once('response', (headers) => {
      resolve({
        status: headers[':status'] ?? 0,
        headers: plainHeaders(headers),
        body: bodyOf(stream, message.signal),
      });
    });
    if (message.body !== undefined) stream.end(message.body);
  });
}

/** Node wraps what happened to the connection into the error of each stream. */
function connectionCause(error: Error): Error {
  return error.cause instanceof Error ? error.cause : error;
}

async function* bodyOf(stream: ClientHttp2Stream, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    if (signal.aborted) throw new AbortedError('aborted', { cause: signal.reason });
    throw error;
  } finally {
    if (!stream.closed) stream.close(constants.NGHTTP2_CANCEL);
  }
  if (signal.aborted) throw new AbortedError('aborted', { cause: signal.reason });
}

function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(':') && value !== undefined)
      plain[name] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  return plain;
}
