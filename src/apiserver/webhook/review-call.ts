/**
 * Reviews by webhook (TokenReview, SubjectAccessReview): posts one, reads the status of the answer, tries again for a while when the
 * failure may pass (upstream: apiserver util/webhook).
 */

import { parseJson } from '#api/codec/json-decode.ts';
import { linkedAbort, sleep } from '#base/abort.ts';
import { type BackoffConfig, backoffDelayMs } from '#base/backoff.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import { failureOf } from './failure.ts';
import type { WebhookAnswer, WebhookClient, WebhookTarget } from './webhook-client.ts';

export interface ReviewCaller {
  readonly client: WebhookClient;
  readonly target: WebhookTarget;
  readonly env: Env;
  /** For one attempt. */
  readonly timeoutMs: number;
  /** For all attempts together; absent where the request that asks bounds them. */
  readonly totalMs?: number;
  /** Before the second attempt; half a second when absent. */
  readonly initialBackoffMs?: number;
}

/** How attempts ended, for metrics. */
export type AttemptResult = 'success' | 'error' | 'timeout' | 'canceled';

const maxAttempts = 5;
const backoff: BackoffConfig = { initialMs: 500, maxMs: 10_000, factor: 1.5, jitter: 0.2 };
/** No webhook holds a request up for longer at once, whatever it says. */
const longestWaitMs = 30_000;
/** Reasons of failures that may pass (upstream's DefaultShouldRetry). */
const passingReasons: ReadonlySet<string> = new Set(['InternalError', 'Timeout', 'TooManyRequests']);

export interface ReviewOptions {
  /** That of the request that asks: nobody is asked for it any more when it ends. */
  readonly signal?: AbortSignal | undefined;
  readonly attempted?: (result: AttemptResult, durationMs: number) => void;
}

interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: unknown;
}

/** The `status` of the answer, as the webhook gave it. Rejects when no attempt brought one, with what the last one failed of. */
export async function callReview(
  caller: ReviewCaller,
  review: Review,
  { signal, attempted = () => {} }: ReviewOptions = {},
): Promise<Readonly<Record<string, unknown>>> {
  const { totalMs, env } = caller;
  const late = new AbortController();
  const timer = totalMs === undefined ? undefined : env.clock.after(totalMs, () => late.abort());
  const over = linkedAbort(signal, late.signal);
  try {
    return await attempts(caller, review, over.signal, attempted);
  } finally {
    timer?.cancel();
    over.dispose();
  }
}

async function attempts(
  caller: ReviewCaller,
  review: Review,
  over: AbortSignal,
  attempted: (result: AttemptResult, durationMs: number) => void,
): Promise<Readonly<Record<string, unknown>>> {
  const { env, initialBackoffMs = backoff.initialMs } = caller;
  const body = new TextEncoder().encode(JSON.stringify(review));
  for (let attempt = 0; ; attempt++) {
    const startedMs = env.clock.monotonic();
    let wantedMs = 0;
    let failure: Error;
    const outcome = await post(caller, body, over);
    const durationMs = env.clock.monotonic() - startedMs;
    if (outcome.type === 'answer') {
      // A webhook that fails may repeat the token that it was asked about.
      const refusal = failureOf(outcome.answer, review.kind === 'TokenReview');
      if (refusal === undefined) {
        const status = statusOf(outcome.answer, review.kind);
        attempted('success', durationMs);
        return status;
      }
      attempted(outcome.answer.status === 504 ? 'timeout' : 'error', durationMs);
      const { status, retryAfterMs } = outcome.answer;
      // A webhook that names a time has said that it may be asked again.
      const mayPass = passingReasons.has(refusal.status.reason ?? '') || (retryAfterMs !== undefined && status >= 500);
      if (!mayPass) throw refusal;
      wantedMs = Math.min(retryAfterMs ?? 0, longestWaitMs);
      failure = refusal;
    } else {
      attempted(outcome.result, durationMs);
      if (!outcome.mayPass) throw outcome.error;
      failure = outcome.error;
    }
    if (attempt + 1 === maxAttempts) throw failure;
    const delayMs = backoffDelayMs({ ...backoff, initialMs: initialBackoffMs }, attempt, () => env.random.next());
    try {
      await sleep(env.clock, Math.max(wantedMs, delayMs), over);
    } catch {
      // What the webhook said is more than that the time is up.
      throw failure;
    }
  }
}

type Outcome =
  | { readonly type: 'answer'; readonly answer: WebhookAnswer }
  | { readonly type: 'failure'; readonly error: Error; readonly result: AttemptResult; readonly mayPass: boolean };

async function post(
  { client, target, env, timeoutMs }: ReviewCaller,
  body: Uint8Array,
  over: AbortSignal,
): Promise<Outcome> {
  const late = new AbortController();
  const timer = env.clock.after(timeoutMs, () => late.abort());
  const ended = linkedAbort(over, late.signal);
  try {
    return { type: 'answer', answer: await client.post({ ...target, body, signal: ended.signal }) };
  } catch (cause) {
    const text = ended.signal.aborted ? 'context deadline exceeded' : messageOf(cause);
    const error = new Error(`Post ${JSON.stringify(target.url.href)}: ${text}`, { cause });
    const result = over.aborted ? 'canceled' : late.signal.aborted ? 'timeout' : 'error';
    return { type: 'failure', error, result, mayPass: result === 'error' && text.includes('connection reset') };
  } finally {
    timer.cancel();
    ended.dispose();
  }
}

function statusOf({ body }: WebhookAnswer, kind: string): Readonly<Record<string, unknown>> {
  const value = parseJson(new TextDecoder().decode(body));
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== kind) {
    throw new Error(`the webhook's answer is no ${kind}`);
  }
  const status = 'status' in value ? value.status : undefined;
  return typeof status === 'object' && status !== null ? { ...status } : {};
}
