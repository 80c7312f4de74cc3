/**
 * One POST to a webhook that an object of the cluster names, by URL or by Service: admission and conversion webhooks are called alike.
 * Errors have the words of client-go, for the caller to put its own before.
 */

import { linkedAbort } from '#base/abort.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { LiveObjects } from '../live-objects.ts';
import { failureOf } from './failure.ts';
import { serviceEndpoint } from './service-endpoint.ts';
import type { WebhookAnswer, WebhookClient, WebhookCredentials } from './webhook-client.ts';

/** The webhook answered, and not with success. */
export class WebhookRefused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** By 'host:port' of a URL, 'name.namespace.svc:port' of a service. */
export type CredentialsFor = (hostPort: string) => WebhookCredentials;

export interface WebhookCaller {
  readonly objects: LiveObjects;
  readonly env: Env;
  readonly client: WebhookClient;
  /** Who the API server is to a webhook; nobody when absent. */
  readonly credentials?: CredentialsFor | undefined;
}

/** Where a webhook is: a URL, or a Service (port 443 unless it says otherwise). */
export interface WebhookLocation {
  readonly url?: string | undefined;
  readonly service?:
    | {
        readonly namespace: string;
        readonly name: string;
        readonly path?: string | undefined;
        readonly port?: number | undefined;
      }
    | undefined;
  /** PEM certificates in base64; the system's authorities when absent. */
  readonly caBundle?: string | undefined;
}

export interface WebhookPost {
  readonly location: WebhookLocation;
  /** That of `webhookUrl`. */
  readonly url: URL;
  readonly body: Uint8Array;
  readonly timeoutSeconds: number;
  /** That of the request that the call is for; absent for a call that serves many. */
  readonly signal?: AbortSignal;
  /** The body holds what must be in no log: nothing of a failed answer is quoted. */
  readonly confidential?: boolean;
}

/** Undefined for a URL that cannot be parsed. */
export function webhookUrl({ service, url }: WebhookLocation): URL | undefined {
  if (!service) return URL.parse(url ?? '') ?? undefined;
  const base = new URL(`https://${service.name}.${service.namespace}.svc:${service.port ?? 443}`);
  // Set, not resolved: '//host' as a path must not name another host.
  base.pathname = service.path ?? '/';
  return base;
}

/** The body of a successful answer. Rejects with an Error in the words of client-go; a webhook is told its time in the query. */
export async function postToWebhook(
  { objects, env, client, credentials }: WebhookCaller,
  { location, url, body, timeoutSeconds, signal, confidential }: WebhookPost,
): Promise<Uint8Array> {
  url.searchParams.set('timeout', `${timeoutSeconds}s`);
  const deadline = new AbortController();
  const timer = env.clock.after(timeoutSeconds * 1000, () => deadline.abort());
  const linked = signal && linkedAbort(signal, deadline.signal);
  let answer: WebhookAnswer;
  try {
    const { service, caBundle } = location;
    const endpoint = service && (await serviceEndpoint(objects, env.random, { ...service, port: service.port ?? 443 }));
    const identity = credentials?.(`${url.hostname}:${url.port || '443'}`);
    answer = await client.post({
      ...identity,
      url,
      endpoint,
      caBundle,
      body,
      signal: linked?.signal ?? deadline.signal,
    });
  } catch (cause) {
    const why = deadline.signal.aborted
      ? 'context deadline exceeded'
      : signal?.aborted
        ? 'context canceled'
        : messageOf(cause);
    throw new Error(`Post "${goUrl(url)}": ${why}`, { cause });
  } finally {
    timer.cancel();
    linked?.dispose();
  }
  const failure = failureOf(answer, confidential);
  if (failure) throw new WebhookRefused(answer.status, failure.message);
  return answer.body;
}

/** URL leaves 443 out where upstream prints it. */
function goUrl(url: URL): string {
  const host = url.port === '' && url.hostname.endsWith('.svc') ? `${url.hostname}:443` : url.host;
  return `${url.protocol}//${host}${url.pathname}${url.search}`;
}
