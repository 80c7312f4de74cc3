/** A real HTTPS server of this process, with an authority of its own: what webhooks and aggregated servers are in tests. */

import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectRemote } from '#apiserver/aggregation/remote-group-version.ts';
import type { WebhookClient } from '#apiserver/webhook/webhook-client.ts';
import { certificateFile, ensurePki, keyFile } from '#cluster/pki/authority.ts';
import { connectRemotes } from '#cluster/server/connect-remotes.ts';
import { createWebhookClient } from '#platform/node/webhook-client.ts';

export interface HttpsBackend {
  readonly server: Server;
  readonly port: number;
  /** The authority, as configurations have it: PEM in base64. */
  readonly caBundle: string;
  /** What callers show it, when it asks. */
  readonly clientCertificate: { readonly cert: string; readonly key: string };
  close(): void;
}

export interface HttpsBackendOptions {
  readonly dnsNames: readonly string[];
  /** Takes nobody but the bearer of the client certificate, who is called 'front-proxy-client'. */
  readonly onlyFrontProxy?: boolean;
}

/** Listens on a free port of 127.0.0.1, for which its certificate is good too. */
export async function startHttpsBackend({
  dnsNames,
  onlyFrontProxy = false,
}: HttpsBackendOptions): Promise<HttpsBackend> {
  const pki = mkdtempSync(join(tmpdir(), 'kubets-backend-'));
  const subject = { organizations: [], dnsNames: [], addresses: [] } as const;
  const client = { ...subject, authority: 'front-proxy-ca', name: 'client', commonName: 'front-proxy-client' } as const;
  const serving = { ...subject, authority: 'ca', name: 'server', commonName: 'backend', dnsNames } as const;
  await ensurePki(
    pki,
    [
      { ...serving, use: 'server', addresses: ['127.0.0.1'] },
      { ...client, use: 'client' },
    ],
    Date.now(),
  );
  const read = (file: string) => readFileSync(file, 'utf8');
  const server = createServer({
    cert: read(certificateFile(pki, 'server')),
    key: read(keyFile(pki, 'server')),
    ...(onlyFrontProxy
      ? { ca: read(certificateFile(pki, 'front-proxy-ca')), requestCert: true, rejectUnauthorized: true }
      : {}),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    port: (server.address() as AddressInfo).port,
    caBundle: Buffer.from(read(certificateFile(pki, 'ca'))).toString('base64'),
    clientCertificate: { cert: read(certificateFile(pki, 'client')), key: read(keyFile(pki, 'client')) },
    close: () => {
      server.closeAllConnections();
      server.close();
      rmSync(pki, { recursive: true, force: true });
    },
  };
}

/** The real client; endpoints of services, which are pods elsewhere, are said to be the backend. `onEndpoint` is told of them. */
export function webhookClientTo(port: number, onEndpoint: (endpoint: unknown) => void = () => {}): WebhookClient {
  const real = createWebhookClient();
  return {
    post: (request) => {
      if (!request.endpoint) return real.post(request);
      onEndpoint(request.endpoint);
      return real.post({ ...request, endpoint: { address: '127.0.0.1', port } });
    },
    close: () => real.close(),
  };
}

/** How an aggregating server reaches it: endpoints of services, which are pods elsewhere, are said to be the backend. */
export function remoteConnectionTo({ port, clientCertificate }: HttpsBackend): ConnectRemote {
  const connect = connectRemotes(clientCertificate);
  const here = (url: URL) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: `${port}` });
  return (target) => {
    const backend = connect(target);
    return {
      request: (request) => backend.request({ ...request, url: here(request.url) }),
      upgrade: (request) => backend.upgrade({ ...request, url: here(request.url) }),
      close: () => backend.close(),
    };
  };
}
