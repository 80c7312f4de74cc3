/** One call of a webhook: the review goes out, the answer comes back within the webhook's time, or the failure has upstream's words. */

import { fromStatus, newBadRequest, newInternalError, newTimeout } from '#api/errors.ts';
import type { AdmissionResponse } from '#api/generated/admission-v1.ts';
import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import type { LiveObjects } from '#apiserver/live-objects.ts';
import type { WebhookAnswer, WebhookClient } from '#apiserver/webhook/webhook-client.ts';
import { linkedAbort } from '#base/abort.ts';
import { type Env, uuid } from '#base/env.ts';
import type { Webhook } from './hooks.ts';
import type { Invocation } from './invocation.ts';
import { ReviewError, readResponse, refusal, reviewOf, reviewVersion, type WebhookType } from './review.ts';
import { serviceEndpoint } from './service-endpoint.ts';

export interface CallConfig {
  readonly objects: LiveObjects;
  readonly env: Env;
  readonly client: WebhookClient;
}

/** The webhook could not be asked, or did not answer sensibly: its failurePolicy decides. */
export class CallError extends Error {
  override readonly name = 'CallError';

  constructor(webhook: string, reason: string, cause: unknown) {
    super(`failed calling webhook "${webhook}": ${reason}`, { cause });
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The answer of a webhook that allows. Rejects with StatusError when it refuses, with CallError when the call failed. */
export async function callWebhook(
  { objects, env, client }: CallConfig,
  type: WebhookType,
  invocation: Invocation,
  context: AdmissionContext,
): Promise<AdmissionResponse> {
  const { webhook } = invocation.hook;
  if (context.dryRun && webhook.sideEffects !== 'None' && webhook.sideEffects !== 'NoneOnDryRun') {
    throw newBadRequest(`admission webhook "${webhook.name}" does not support dry run`);
  }
  const response = await ask();
  for (const warning of response.warnings ?? []) context.warn(warning);
  for (const [key, value] of Object.entries(response.auditAnnotations ?? {})) {
    context.annotate(`${webhook.name}/${key}`, value);
  }
  if (response.allowed !== true) throw fromStatus(refusal(webhook.name, response.status));
  return response;

  async function ask(): Promise<AdmissionResponse> {
    const uid = uuid(env.random);
    const version = orCallError('could not create admission objects', () =>
      reviewVersion(webhook.admissionReviewVersions),
    );
    const url = orCallError('could not get REST client', () => urlOf(webhook));
    const body = encoder.encode(JSON.stringify(reviewOf(invocation, context, version, uid)));
    const answer = await post(url, body);
    if (answer.status < 200 || answer.status > 299) {
      throw new CallError(webhook.name, `failed to call webhook: ${httpFailure(answer)}`, undefined);
    }
    return orCallError('received invalid webhook response', () =>
      readResponse(decoder.decode(answer.body), uid, version, type),
    );
  }

  async function post(url: URL, body: Uint8Array): Promise<WebhookAnswer> {
    const timeoutSeconds = webhook.timeoutSeconds ?? 10;
    url.searchParams.set('timeout', `${timeoutSeconds}s`);
    const deadline = new AbortController();
    const timer = env.clock.after(timeoutSeconds * 1000, () => deadline.abort());
    const linked = linkedAbort(context.signal, deadline.signal);
    try {
      const { service, caBundle } = webhook.clientConfig;
      const endpoint =
        service && (await serviceEndpoint(objects, env.random, { ...service, port: service.port ?? 443 }));
      return await client.post({ url, endpoint, caBundle, body, signal: linked.signal });
    } catch (cause) {
      const why = deadline.signal.aborted
        ? 'context deadline exceeded'
        : context.signal.aborted
          ? 'context canceled'
          : messageOf(cause);
      throw new CallError(webhook.name, `failed to call webhook: Post "${goUrl(url)}": ${why}`, cause);
    } finally {
      timer.cancel();
      linked.dispose();
    }
  }

  function orCallError<T>(what: string, run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (error instanceof ReviewError) {
        throw new CallError(webhook.name, `${what}: ${error.message}`, error);
      }
      throw error;
    }
  }
}

/**
 * What a failed call means for the request: nothing with failurePolicy Ignore, unless the request itself is out of time. Other
 * errors (a refusal) are the request's own.
 */
export function settleFailure(error: unknown, webhook: Webhook, context: AdmissionContext, env: Env): void {
  if (!(error instanceof CallError)) throw error;
  if (webhook.failurePolicy !== 'Ignore') throw newInternalError(error.message, error);
  env.log.warn('failed calling webhook, failing open', { webhook: webhook.name, error: error.message });
  if (context.signal.aborted) throw newTimeout('request did not complete within requested timeout', 0);
}

function urlOf({ clientConfig }: Webhook): URL {
  const { service, url } = clientConfig;
  if (!service) {
    const parsed = URL.parse(url ?? '');
    if (!parsed) throw new ReviewError(`Unparsable webhook URL: ${url ?? ''}`);
    return parsed;
  }
  const base = new URL(`https://${service.name}.${service.namespace}.svc:${service.port ?? 443}`);
  // Set, not resolved: '//host' as a path must not name another host.
  base.pathname = service.path ?? '/';
  return base;
}

/** URL leaves 443 out where upstream prints it. */
function goUrl(url: URL): string {
  const host = url.port === '' && url.hostname.endsWith('.svc') ? `${url.hostname}:443` : url.host;
  return `${url.protocol}//${host}${url.pathname}${url.search}`;
}

/** The words of client-go for an answer that is no success and no Status object. */
function httpFailure({ status, body }: WebhookAnswer): string {
  switch (status) {
    case 400:
      return 'the server rejected our request for an unknown reason';
    case 401:
      return 'the server has asked for the client to provide credentials';
    case 403:
      return decoder.decode(body).trim() || 'the server does not allow access to the requested resource';
    case 404:
      return 'the server could not find the requested resource';
    case 405:
      return 'the server does not allow this method on the requested resource';
    case 429:
      return 'the server has received too many requests and has asked us to try again later';
    case 503:
      return 'the server is currently unable to handle the request';
    case 504:
      return 'the server was unable to return a response in the time allotted, but may still be processing the request';
    default:
      return status >= 500
        ? `an error on the server (${JSON.stringify(decoder.decode(body).trim() || 'unknown')}) has prevented the request from succeeding`
        : `the server responded with the status code ${status} but did not return more information`;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
