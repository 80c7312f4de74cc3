/** The two API servers that are asked the same: ours in this process, upstream's by its kubeconfig. */

import type { ApiRequest } from '#api/request.ts';
import type { WireResponse } from '#api/wire.ts';
import { requestOf } from '#platform/node/http-request.ts';
import { connectRaw, warningsOf } from '../../../tools/record-golden/upstream.ts';
import { startWorld } from '../validation/world.ts';

export interface Asked {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET';
  /** Path and query as they go over the wire. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
}

export interface Reply {
  readonly code: number;
  readonly contentType: string;
  readonly warnings: readonly string[];
  readonly text: string;
}

export interface Side {
  readonly ask: (asked: Asked) => Promise<Reply>;
  readonly close: () => Promise<void>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export async function ourSide(namespace: string): Promise<Side> {
  const { wire, close } = await startWorld({ namespace });
  const peer = { address: '', inProcess: { username: 'kubernetes-admin', groups: ['system:masters'] } };
  const ask = async ({ method, target, headers, text }: Asked): Promise<Reply> => {
    const all = headersOf(text, headers);
    const end = new AbortController();
    const content: Pick<ApiRequest, 'receive'> =
      text === undefined
        ? {}
        : {
            receive: () =>
              Promise.resolve({ type: 'bytes', bytes: encoder.encode(text), contentType: all['content-type'] ?? '' }),
          };
    const response = await wire(requestOf(method, target, all, Object.entries(all).flat(), content, peer, end));
    if (response.type === 'upgrade') throw new Error(`${method} ${target}: an upgrade`);
    const { 'content-type': contentType = '', warning = '' } = response.headers;
    const reply = { code: response.status, contentType: `${contentType}`, text: await textOf(response) };
    end.abort();
    return { ...reply, warnings: warningsOf(warning as string | readonly string[]) };
  };
  return { ask, close };
}

async function textOf(response: Exclude<WireResponse, { readonly type: 'upgrade' }>): Promise<string> {
  if (response.type === 'full') return decoder.decode(response.body);
  let text = '';
  for await (const chunk of response.chunks) text += decoder.decode(chunk);
  return text;
}

/** Makes the namespace and its ServiceAccount; close empties neither: `emptied` of requests.ts does. */
export async function upstreamSide(kubeconfig: string, namespace: string): Promise<Side> {
  const raw = await connectRaw(kubeconfig);
  const ask = async ({ method, target, headers, text }: Asked): Promise<Reply> => {
    const body = text === undefined ? {} : { body: encoder.encode(text) };
    const { warning, ...reply } = await raw({ method, target, headers: headersOf(text, headers), ...body });
    return { ...reply, warnings: warningsOf(warning) };
  };
  const path = '/api/v1/namespaces';
  await ask({ method: 'POST', target: path, text: JSON.stringify({ metadata: { name: namespace } }) });
  const account = JSON.stringify({ metadata: { name: 'default' } });
  await ask({ method: 'POST', target: `${path}/${namespace}/serviceaccounts`, text: account });
  const close = async (): Promise<void> => {
    await ask({ method: 'DELETE', target: `${path}/${namespace}/serviceaccounts/default` });
    await ask({ method: 'DELETE', target: `${path}/${namespace}` });
    const finalized = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace }, spec: { finalizers: [] } };
    await ask({ method: 'PUT', target: `${path}/${namespace}/finalize`, text: JSON.stringify(finalized) });
  };
  return { ask, close };
}

function headersOf(text: string | undefined, headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  const type: Record<string, string> = text === undefined ? {} : { 'content-type': 'application/json' };
  const length: Record<string, string> =
    text === undefined ? {} : { 'content-length': `${encoder.encode(text).length}` };
  return { accept: 'application/json', ...type, ...length, ...headers };
}
