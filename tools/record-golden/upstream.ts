/** Requests to an upstream API server, for recorders of golden answers. */

import { readFile } from 'node:fs/promises';
import type { OutgoingHttpHeaders } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { load } from 'js-yaml';
import {
  type Caller,
  goldenNamespace,
  impersonation,
  payloadText,
  type RawAnswer,
  type Send,
} from '../../test/golden/validation/golden-case.ts';

export interface Answer {
  readonly code: number;
  readonly text: string;
  readonly warning: string | readonly string[] | undefined;
}

export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string | undefined;
  readonly as?: Caller | undefined;
}

export type Upstream = (ask: Ask) => Promise<Answer>;

/** A request whose head and body go over the wire as they are. */
export interface RawAsk {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface AnswerOfRaw {
  readonly code: number;
  readonly contentType: string;
  readonly text: string;
  readonly warning: string | readonly string[] | undefined;
}

export type RawUpstream = (ask: RawAsk) => Promise<AnswerOfRaw>;

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
  readonly users: readonly { readonly user: Readonly<Record<string, string>> }[];
}

async function reached(
  kubeconfig: string,
): Promise<{ readonly server: string | undefined; readonly tls: RequestOptions }> {
  const config = load(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
  const cluster = config.clusters[0]?.cluster ?? {};
  const user = config.users[0]?.user ?? {};
  const pem = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64');
  const tls = {
    ca: pem(cluster['certificate-authority-data']),
    cert: pem(user['client-certificate-data']),
    key: pem(user['client-key-data']),
  };
  return { server: cluster.server, tls };
}

/** By client certificate. */
export async function connectRaw(kubeconfig: string): Promise<RawUpstream> {
  const { server, tls } = await reached(kubeconfig);
  return ({ method, target, headers, body }) =>
    new Promise((resolve, reject) => {
      const length = body ? { 'content-length': body.length } : {};
      const options = { method, path: target, headers: { ...headers, ...length }, ...tls };
      const outgoing = request(server ?? '', options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const contentType = response.headers['content-type'] ?? '';
          const { warning } = response.headers;
          resolve({ code: response.statusCode ?? 0, contentType, text: Buffer.concat(chunks).toString(), warning });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
}

/** By client certificate; `component` is the address of another server that knows it, whose own certificate is nobody's. */
export async function connect(kubeconfig: string, component?: string): Promise<Upstream> {
  const { server: main, tls: trusted } = await reached(kubeconfig);
  const server = component ?? main;
  const tls = component === undefined ? trusted : { ...trusted, ca: undefined, rejectUnauthorized: false };
  return ({ method, path, body, contentType = 'application/json', as }) =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : Buffer.from(payloadText(body, contentType));
      // Node sends a DELETE's body only when its length is said.
      const length = payload ? { 'content-length': payload.length } : {};
      const headers = {
        'content-type': contentType,
        accept: 'application/json',
        ...length,
        ...(as ? impersonation(as) : {}),
      } as OutgoingHttpHeaders;
      const outgoing = request(new URL(path, server), { method, headers, ...tls }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ code: response.statusCode ?? 0, text, warning: response.headers.warning });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
}

export async function sender(kubeconfig: string): Promise<Send> {
  const upstream = await connect(kubeconfig);
  return async (ask): Promise<RawAnswer> => {
    const { code, text, warning } = await upstream(ask);
    const body = text.startsWith('{') ? JSON.parse(text) : { message: text };
    return { code, body, warnings: warningsOf(warning) };
  };
}

/** '299 - "text", 299 - "text"' as texts. */
export function warningsOf(header: string | readonly string[] | undefined): string[] {
  const text = typeof header === 'string' ? header : (header ?? []).join(', ');
  return [...text.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, quoted = '']) => quoted.replace(/\\(.)/g, '$1'));
}

/** The namespace of the cases, with the ServiceAccount that pods need. */
export async function prepareNamespace(send: Send): Promise<void> {
  const json = { contentType: 'application/json' };
  const metadata = { name: goldenNamespace };
  await send({ method: 'POST', path: '/api/v1/namespaces', body: { metadata }, ...json });
  const path = `/api/v1/namespaces/${goldenNamespace}/serviceaccounts`;
  await send({ method: 'POST', path, body: { metadata: { name: 'default' } }, ...json });
}

/** Without finalizers, so that no controller is needed. */
export async function remove(send: Send, path: string): Promise<void> {
  const whole = path.startsWith('/') ? path : `/api/v1/namespaces/${goldenNamespace}/${path}`;
  const contentType = 'application/merge-patch+json';
  await send({ method: 'PATCH', path: whole, body: { metadata: { finalizers: null } }, contentType });
  await send({
    method: 'DELETE',
    path: `${whole}?gracePeriodSeconds=0&propagationPolicy=Background`,
    contentType: 'application/json',
  });
}
