/** One call of a webhook: the review goes out, the answer comes back within the webhook's time, or the failure has upstream's words. */

import { fromStatus, newBadRequest, newInternalError, newTimeout } from '#api/errors.ts';
import type { AdmissionResponse } from '#api/generated/admission-v1.ts';
import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import { postToWebhook, type WebhookCaller, webhookUrl } from '#apiserver/webhook/post.ts';
import { type Env, uuid } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Webhook } from './hooks.ts';
import type { Invocation } from './invocation.ts';
import { ReviewError, readResponse, refusal, reviewOf, reviewVersion, type WebhookType } from './review.ts';

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
  caller: WebhookCaller,
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
    const uid = uuid(caller.env.random);
    const version = orCallError('could not create admission objects', () =>
      reviewVersion(webhook.admissionReviewVersions),
    );
    const url = webhookUrl(webhook.clientConfig);
    if (!url) {
      const { url: given = '' } = webhook.clientConfig;
      throw new CallError(webhook.name, `could not get REST client: Unparsable webhook URL: ${given}`, undefined);
    }
    const body = encoder.encode(JSON.stringify(await reviewOf(invocation, context, version, uid)));
    const answer = await post(url, body);
    return orCallError('received invalid webhook response', () =>
      readResponse(decoder.decode(answer), uid, version, type),
    );
  }

  async function post(url: URL, body: Uint8Array): Promise<Uint8Array> {
    const { clientConfig: location, timeoutSeconds = 10 } = webhook;
    try {
      return await postToWebhook(caller, { location, url, body, timeoutSeconds, signal: context.signal });
    } catch (cause) {
      throw new CallError(webhook.name, `failed to call webhook: ${messageOf(cause)}`, cause);
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
