/** Connections of probes and hooks (src/kubelet/ports.ts ProbeNetwork): one connection each, nothing kept; errors read as Go's do. */

import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { assert, messageOf } from '#base/errors.ts';
import type { HttpProbeRequest, HttpProbeResponse, ProbeNetwork } from '#kubelet/ports.ts';
import { GrpcChannel } from './grpc/grpc-channel.ts';
import { GrpcError } from './grpc/grpc-error.ts';
import { type Method, parseProto } from './grpc/proto-schema.ts';
import { request as httpRequest } from './http-module.ts';

const maxBody = 10 * 1024;
const maxRedirects = 10;

export const probeNetwork: ProbeNetwork = {
  http: (request) => probeHttp(request, urlOf(request), performance.now() + request.timeoutMs, 0),

  tcp(host, port, timeoutMs) {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port });
      const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
      const timer = setTimeout(() => finish(new Error(`dial tcp ${address}: i/o timeout`)), timeoutMs);
      const finish = (error?: Error) => {
        clearTimeout(timer);
        socket.destroy();
        if (error) reject(error);
        else resolve();
      };
      socket.once('connect', () => finish());
      socket.once('error', (error) => finish(new Error(`dial tcp ${address}: ${dialError(error)}`, { cause: error })));
    });
  },

  async grpcHealth(host, port, service, timeoutMs) {
    const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const channel = new GrpcChannel(() => connect({ host, port }));
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await channel.unary(healthCheck(), { service }, { timeoutMs, signal: limit });
      return (answer as { readonly status: string }).status;
    } catch (error) {
      throw new Error(grpcFailure(address, error, timeoutMs), { cause: error });
    } finally {
      channel.close();
    }
  },
};

function urlOf({ scheme, host, port, path }: HttpProbeRequest): URL {
  const authority = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return new URL(`${scheme}://${authority}:${port}${path.startsWith('/') ? path : `/${path}`}`);
}

/** Redirects are part of the probe's time, which is over at `untilMs` of the monotonic clock. */
function probeHttp(
  request: HttpProbeRequest,
  url: URL,
  untilMs: number,
  redirects: number,
): Promise<HttpProbeResponse> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const headers: Record<string, string> = {};
    for (const [name, value] of request.headers) headers[name] = value;
    const outgoing = send(url, { method: 'GET', headers, agent: false, rejectUnauthorized: false });
    const fail = (text: string, cause?: unknown) => {
      clearTimeout(timer);
      outgoing.destroy();
      reject(new Error(`Get "${url.href}": ${text}`, { cause }));
    };
    const timer = setTimeout(
      () => fail('context deadline exceeded (Client.Timeout exceeded while awaiting headers)'),
      Math.max(0, untilMs - performance.now()),
    );
    outgoing.on('error', (error) => fail(`dial tcp ${url.host}: ${dialError(error)}`, error));
    outgoing.on('response', (response) => {
      readBody(response).then(
        (body) => {
          clearTimeout(timer);
          outgoing.destroy();
          const status = response.statusCode ?? 0;
          const location = response.headers.location;
          if (status < 300 || status >= 400 || location === undefined || !URL.canParse(location, url)) {
            resolve({ status, body, redirectedElsewhere: false });
            return;
          }
          const next = new URL(location, url);
          // A probe asks its own pod: where it points elsewhere is not followed.
          if (next.hostname !== url.hostname) resolve({ status, body, redirectedElsewhere: true });
          else if (redirects >= maxRedirects) fail(`stopped after ${maxRedirects} redirects`);
          else probeHttp(request, next, untilMs, redirects + 1).then(resolve, reject);
        },
        (error: unknown) => fail('unexpected EOF', error),
      );
    });
    outgoing.end();
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= maxBody) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBody).toString('utf8');
}

const dialTexts: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ECONNRESET: 'read: connection reset by peer',
  ETIMEDOUT: 'i/o timeout',
};

function dialError(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  return dialTexts[code] ?? error.message;
}

function grpcFailure(address: string, error: unknown, timeoutMs: number): string {
  if (!(error instanceof GrpcError)) return `error: health rpc failed: ${messageOf(error)}`;
  switch (error.code) {
    case 'Unavailable':
      return `error: failed to connect service at ${JSON.stringify(address)}: ${error.message}`;
    case 'DeadlineExceeded':
    case 'Canceled':
      return `timeout: failed to connect service ${JSON.stringify(address)} within ${timeoutMs / 1000}s: context deadline exceeded`;
    case 'Unimplemented':
      return `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${error.message}`;
    default:
      return `error: health rpc failed: rpc error: code = ${error.code} desc = ${error.message}`;
  }
}

let loaded: Method | undefined;

function healthCheck(): Method {
  if (!loaded) {
    const text = readFileSync(new URL('grpc-health-v1.proto', import.meta.url), 'utf8');
    loaded = parseProto(text).get('grpc.health.v1.Health')?.methods.get('Check');
    assert(loaded, 'the health protocol has a Check');
  }
  return loaded;
}
