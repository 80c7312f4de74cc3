/**
 * OpenAPI documents of another API server, as far as they are about its group version (kube-aggregator controllers/openapi, openapiv3):
 * the version 2 document is merged into ours, of version 3 only addresses are kept and requests for them handed on. For a server that
 * has only version 2 we serve version 3 made of it.
 */

import { parseJson } from '#api/codec/json-decode.ts';
import type { SchemaObject } from '#api/openapi/components.ts';
import { type DocumentPart, partOf } from '#api/openapi/merge-v2.ts';
import { openApiV3OfV2 } from '#api/openapi/v3-of-v2.ts';
import { headerOf } from '#api/streaming/backend.ts';
import { collect } from '#api/streaming/byte-stream.ts';
import { linkedAbort } from '#base/abort.ts';
import type { Probe } from './availability.ts';
import { identityHeaders, urlOf } from './proxy.ts';

export interface RemoteOpenApi {
  readonly v2: { readonly etag: string | undefined; readonly part: DocumentPart; readonly info: unknown } | undefined;
  /** serverRelativeURL by key: 'apis/GROUP/VERSION'. The server's hash of the content is in the URL. */
  readonly v3: Readonly<Record<string, string>>;
  /** Version 3 made of version 2, for a server that has nothing else. */
  readonly converted: SchemaObject | undefined;
}

const timeoutMs = 60_000;
const maxDocumentBytes = 64 << 20;
const aggregator = { username: 'system:aggregator', groups: [] };

/** What the server has now; what did not change is `previous`'s. A server without one of the documents has none. Rejects when it does not answer. */
export async function readOpenApi(probe: Probe, previous: RemoteOpenApi | undefined): Promise<RemoteOpenApi> {
  const v2 = await readV2(probe, previous?.v2);
  const v3 = await readV3(probe);
  const isSame = previous && v2 === previous.v2 && JSON.stringify(v3) === JSON.stringify(previous.v3);
  if (isSame) return previous;
  const converted = v2 && Object.keys(v3).length === 0 ? openApiV3OfV2(v2.part, v2.info) : undefined;
  return { v2, v3, converted };
}

async function readV2(probe: Probe, previous: RemoteOpenApi['v2']): Promise<RemoteOpenApi['v2']> {
  const answer = await get(probe, '/openapi/v2', previous?.etag);
  if (answer.status === 304) return previous;
  if (answer.status === 404) return undefined;
  const part = partOf(answer.document, `/apis/${probe.group}/${probe.version}/`);
  return { etag: answer.etag, part, info: (answer.document as { readonly info?: unknown }).info };
}

async function readV3(probe: Probe): Promise<Readonly<Record<string, string>>> {
  const { status, document } = await get(probe, '/openapi/v3', undefined);
  if (status === 404) return {};
  const { paths } = (document ?? {}) as { readonly paths?: Readonly<Record<string, { serverRelativeURL?: unknown }>> };
  const key = `apis/${probe.group}/${probe.version}`;
  // A server speaks for its own group version: what else it serves is not registered here.
  const url = paths?.[key]?.serverRelativeURL;
  return typeof url === 'string' && url.startsWith('/openapi/v3/') ? { [key]: url } : {};
}

interface Answer {
  readonly status: number;
  readonly etag: string | undefined;
  readonly document: unknown;
}

async function get(
  { backend, clock, endpoint, signal }: Probe,
  path: string,
  etag: string | undefined,
): Promise<Answer> {
  const deadline = new AbortController();
  const timer = clock.after(timeoutMs, () => deadline.abort());
  const linked = linkedAbort(signal, deadline.signal);
  try {
    const url = urlOf(await endpoint(), path);
    const headers = {
      host: url.host,
      accept: 'application/json',
      ...(etag ? { 'if-none-match': etag } : {}),
      ...identityHeaders(aggregator),
    };
    const answer = await backend.request({ method: 'GET', url, headers, signal: linked.signal });
    const body = await collect(answer.body, maxDocumentBytes);
    const { status } = answer;
    if (status === 304 || status === 404) return { status, etag, document: undefined };
    if (status !== 200 || !body) throw new Error(`failed to retrieve openAPI spec, http error: ${status}`);
    return { status, etag: headerOf(answer.headers, 'etag'), document: parseJson(new TextDecoder().decode(body)) };
  } finally {
    timer.cancel();
    linked.dispose();
  }
}
