/** Connections of probes and hooks (src/kubelet/ports.ts ProbeNetwork): one connection each, nothing kept; errors read as Go's do. */

import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { assert } from '#base/errors.ts';
import type { HttpProbeRequest, HttpProbeResponse, ProbeNetwork } from '#kubelet/ports.ts';

const maxBody = 10 * 1024;
const maxRedirects = 10;

export const probeNetwork: ProbeNetwork = {
  http: (request) => probeHttp(request, urlOf(request), 0),

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

  grpcHealth(host, port, service, timeoutMs) {
    const { path, requestSerialize, responseDeserialize } = healthCheck();
    const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const client = new grpc.Client(address, grpc.credentials.createInsecure(), {
      'grpc.primary_user_agent': 'kube-probe/1.36',
    });
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        { service },
        new grpc.Metadata(),
        { deadline: Date.now() + timeoutMs },
        (error, response) => {
          client.close();
          if (error) reject(new Error(grpcFailure(address, error, timeoutMs), { cause: error }));
          else resolve((response as { readonly status: string }).status);
        },
      );
    });
  },
};

function urlOf({ scheme, host, port, path }: HttpProbeRequest): URL {
  const authority = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return new URL(`${scheme}://${authority}:${port}${path.startsWith('/') ? path : `/${path}`}`);
}

function probeHttp(request: HttpProbeRequest, url: URL, redirects: number): Promise<HttpProbeResponse> {
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
      request.timeoutMs,
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
          else probeHttp(request, next, redirects + 1).then(resolve, reject);
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

function grpcFailure(address: string, error: grpc.ServiceError, timeoutMs: number): string {
  if (error.code === grpc.status.UNAVAILABLE) {
    return `error: failed to connect service at ${JSON.stringify(address)}: ${error.details}`;
  }
  if (error.code === grpc.status.DEADLINE_EXCEEDED)
    return `timeout: failed to connect service ${JSON.stringify(address)} within ${timeoutMs / 1000}s: context deadline exceeded`;
  if (error.code === grpc.status.UNIMPLEMENTED) {
    return `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${error.details}`;
  }
  return `error: health rpc failed: rpc error: code = ${grpc.status[error.code] ?? error.code} desc = ${error.details}`;
}

let loaded: grpc.MethodDefinition<object, object> | undefined;

function healthCheck(): grpc.MethodDefinition<object, object> {
  if (loaded) return loaded;
  const file = fileURLToPath(new URL('grpc-health-v1.proto', import.meta.url));
  const service = loadSync(file, { enums: String, defaults: true })['grpc.health.v1.Health'] as
    | grpc.ServiceDefinition
    | undefined;
  assert(service?.Check, 'the health protocol has a Check');
  loaded = service.Check as grpc.MethodDefinition<object, object>;
  return loaded;
}
