/** WebhookClient over node:https (and node:http): HTTP/1.1, connections kept; at most 64 calls at a time go to one address. */

import { Agent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { WebhookAnswer, WebhookClient, WebhookRequest, WebhookTarget } from '#apiserver/webhook/webhook-client.ts';
import { goMessage } from './backend.ts';
import { Agent as HttpAgent, request as httpRequest } from './http-module.ts';

const maxConnectionsPerAddress = 64;
/** Time that an unused connection is kept. */
const idleMs = 90_000;
/** An answer longer than this is not read: three times what a request may be. */
const maxAnswerBytes = 9 << 20;

export function createWebhookClient(): WebhookClient {
  // The agent keeps connections apart by address, server name and authority.
  const pool = { keepAlive: true, maxSockets: maxConnectionsPerAddress, timeout: idleMs };
  const agent = new Agent(pool);
  const plainAgent = new HttpAgent(pool);
  const send = (call: WebhookRequest, again = true): Promise<WebhookAnswer> =>
    new Promise((resolve, reject) => {
      const { url, endpoint, body, signal } = call;
      const name = url.hostname.replace(/^\[|\]$/g, '');
      const secure = url.protocol === 'https:';
      const settings = {
        method: 'POST',
        signal,
        host: endpoint?.address ?? name,
        port: endpoint?.port ?? (url.port || (secure ? 443 : 80)),
        path: url.pathname + url.search,
        headers: {
          host: url.host,
          'content-type': 'application/json',
          accept: 'application/json, */*',
          'content-length': body.length,
          'user-agent': 'kube-apiserver-admission',
          ...(call.authorization === undefined ? {} : { authorization: call.authorization }),
        },
      };
      const sent = secure
        ? httpsRequest({ ...settings, agent, ...tlsSettings(call, name) })
        : httpRequest({ ...settings, agent: plainAgent });
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > maxAnswerBytes) response.destroy(new Error(`webhook response exceeds ${maxAnswerBytes} bytes`));
          else chunks.push(chunk);
        });
        response.on('end', () => {
          const seconds = Number(response.headers['retry-after']);
          const retryAfterMs = seconds > 0 ? seconds * 1000 : undefined;
          const { 'content-type': contentType } = response.headers;
          resolve({ status: response.statusCode ?? 0, retryAfterMs, contentType, body: Buffer.concat(chunks) });
        });
        response.on('error', reject);
      });
      sent.on('error', (error) => {
        // A kept connection that the webhook closed at this very moment: it has not seen the request.
        const stale = sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
        if (stale && again && !signal.aborted) send(call, false).then(resolve, reject);
        else reject(new Error(tlsMessage(error) ?? goMessage(error), { cause: error }));
      });
      sent.end(body);
    });
  return { post: (call) => send(call), close: () => closeAll(agent, plainAgent) };
}

function closeAll(...agents: readonly { destroy(): void }[]): void {
  for (const agent of agents) agent.destroy();
}

function tlsSettings(target: WebhookTarget, host: string) {
  const { caBundle, authorityPem, identity, serverName = host, insecureSkipTlsVerify } = target;
  const ca = caBundle ? Buffer.from(caBundle, 'base64').toString() : authorityPem;
  return {
    ...(isIP(serverName) ? {} : { servername: serverName }),
    ...(ca === undefined ? {} : { ca }),
    ...(identity === undefined ? {} : { cert: identity.certificatePem, key: identity.keyPem }),
    ...(insecureSkipTlsVerify === true ? { rejectUnauthorized: false } : {}),
  };
}

/** The words of Go's crypto/tls for a certificate that is not trusted. */
function tlsMessage(error: Error & { readonly code?: string }): string | undefined {
  const reason = error.code === undefined ? undefined : certificateFaults[error.code];
  return reason && `tls: failed to verify certificate: x509: ${reason}`;
}

const unknownAuthority = 'certificate signed by unknown authority';
const certificateFaults: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  CERT_HAS_EXPIRED: 'certificate has expired or is not yet valid',
  CERT_NOT_YET_VALID: 'certificate has expired or is not yet valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate is not valid for the name of the webhook',
};
