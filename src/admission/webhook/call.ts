/** One call of a webhook: the review goes out, the answer comes back within the webhook's time, or the failure has upstream's words. */

import { fromStatus, newBadRequest, newInternalError, newTimeout } from '#api/errors.ts';
import type { AdmissionResponse } from '#api/generated/admission-v1.ts';
import type { WebhookFault, WebhookPhase } from '#apiserver/admission-metrics.ts';
import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import { postToWebhook, WebhookRefused, webhookUrl } from '#apiserver/webhook/post.ts';
import { uuid } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Webhook } from './hooks.ts';
import type { Invocation } from './invocation.ts';
import type { WebhookPluginConfig } from './plugin-config.ts';
import { ReviewError, readResponse, refusal, reviewOf, reviewVersion, type WebhookType } from './review.ts';

/** The webhook could not be asked, or did not answer sensibly: its failurePolicy decides. */
export class CallError extends Error {
  override readonly name = 'CallError';
  /** For metrics: the webhook's own, or what stands for its absence. */
  readonly code: number;

  constructor(webhook: string, reason: string, cause: unknown, code = 503) {
    super(`failed calling webhook "${webhook}": ${reason}`, { cause });
    this.code = code;
  }
}

const phases: Readonly<Record<WebhookType, WebhookPhase>> = { mutating: 'admit', validating: 'validating' };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The answer of a webhook that allows. Rejects with StatusError when it refuses, with CallError when the call failed. */
export async function callWebhook(
  caller: WebhookPluginConfig,
  type: WebhookType,
  invocation: Invocation,
  context: AdmissionContext,
): Promise<AdmissionResponse> {
  const { webhook } = invocation.hook;
  const { metrics, env } = caller;
  const { operation } = context;
  const phase = phases[type];
  const startedMs = env.clock.monotonic();
  if (context.dryRun && webhook.sideEffects !== 'None' && webhook.sideEffects !== 'NoneOnDryRun') {
    refused('apiserver_internal_error', 0);
    throw newBadRequest(`admission webhook "${webhook.name}" does not support dry run`);
  }
  const response = await ask().catch((error: unknown) => {
    failed(error);
    throw error;
  });
  for (const warning of response.warnings ?? []) context.warn(warning);
  for (const [key, value] of Object.entries(response.auditAnnotations ?? {})) {
    context.annotate(`${webhook.name}/${key}`, value);
  }
  if (response.allowed !== true) {
    const refusing = fromStatus(refusal(webhook.name, response.status));
    refused('no_error', refusing.code);
    throw refusing;
  }
  called(200, false);
  return response;

  function called(code: number, rejected: boolean): void {
    const seconds = (env.clock.monotonic() - startedMs) / 1000;
    metrics.webhookCalled(webhook.name, phase, operation, { code, rejected, seconds });
  }

  function refused(fault: WebhookFault, code: number): void {
    metrics.webhookRejected(webhook.name, phase, operation, fault, code);
    called(code, true);
  }

  function failed(error: unknown): void {
    if (!(error instanceof CallError)) refused('apiserver_internal_error', 0);
    else if (webhook.failurePolicy === 'Ignore') called(error.code, false);
    // A client that went away is not the webhook's fault.
    else if (context.signal.aborted) called(error.code, true);
    else refused('calling_webhook_error', error.code);
  }

  async function ask(): Promise<AdmissionResponse> {
    const uid = uuid(caller.env.random);
    const version = orCallError('could not create admission objects', () =>
      reviewVersion(webhook.admissionReviewVersions),
    );
    const url = webhookUrl(webhook.clientConfig);
    if (!url) {
      const { url: given = '' } = webhook.clientConfig;
      throw new CallError(webhook.name, `could not get REST client: Unparsable webhook URL: ${given}`, undefined, 400);
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
      const confidential = isConfidential(context);
      return await postToWebhook(caller, { location, url, body, timeoutSeconds, signal: context.signal, confidential });
    } catch (cause) {
      const code = cause instanceof WebhookRefused ? cause.status : undefined;
      throw new CallError(webhook.name, `failed to call webhook: ${messageOf(cause)}`, cause, code);
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

/** A failing webhook may repeat what it was sent, and what it answers is in logs, audit records and the answer. */
function isConfidential({ resource: { group, resource } }: AdmissionContext): boolean {
  return group === '' && resource === 'secrets';
}

/**
 * What a failed call means for the request: nothing with failurePolicy Ignore but an annotation of its audit record, `failedOpenKey`, unless the
 * request itself is out of time. Other errors (a refusal) are the request's own.
 */
export function settleFailure(
  error: unknown,
  type: WebhookType,
  webhook: Webhook,
  failedOpenKey: string,
  context: AdmissionContext,
  { env, metrics }: WebhookPluginConfig,
): void {
  if (!(error instanceof CallError)) throw error;
  if (webhook.failurePolicy !== 'Ignore') throw newInternalError(error.message, error);
  env.log.warn('failed calling webhook, failing open', { webhook: webhook.name, error: error.message });
  if (context.signal.aborted) throw newTimeout('request did not complete within requested timeout', 0);
  metrics.webhookFailedOpen(webhook.name, phases[type]);
  context.annotate(failedOpenKey, webhook.name);
}
