/**
 * Reviews by webhook (TokenReview, SubjectAccessReview): posts one, reads the status of the answer, tries again for a while when the
 * failure may pass (upstream: apiserver util/webhook).
 */

import { parseJson } from '#api/codec/json-decode.ts';
import { type BackoffConfig, backoffDelayMs } from '#base/backoff.ts';
import type { Env } from '#base/env.ts';
import { failureOf } from './failure.ts';
import type { WebhookAnswer, WebhookClient, WebhookTarget } from './webhook-client.ts';

export interface ReviewCaller {
  readonly client: WebhookClient;
  readonly target: WebhookTarget;
  readonly env: Env;
  /** For one attempt. */
  readonly timeoutMs: number;
  /** Before the second attempt; half a second when absent. */
  readonly initialBackoffMs?: number;
}

/** How attempts ended, for metrics. */
export type AttemptResult = 'success' | 'error' | 'timeout';

const attempts = 5;
const backoff: BackoffConfig = { initialMs: 500, maxMs: 10_000, factor: 1.5, jitter: 0.2 };
/** No webhook holds a request up for longer at once, whatever it says. */
const longestWaitMs = 30_000;
/** Reasons of failures that may pass (upstream's DefaultShouldRetry). */
const passingReasons: ReadonlySet<string> = new Set(['InternalError', 'Timeout', 'TooManyRequests']);

/** The `status` of the answer, as the webhook gave it. Rejects when no attempt brought one. */
export async function callReview(
  caller: ReviewCaller,
  review: { readonly apiVersion: string; readonly kind: string; readonly spec: unknown },
  attempted: (result: AttemptResult, durationMs: number) => void = () => {},
): Promise<Readonly<Record<string, unknown>>> {
  const { env } = caller;
  const body = new TextEncoder().encode(JSON.stringify(review));
  for (let attempt = 0; ; attempt++) {
    const startedMs = env.clock.monotonic();
    let wantedMs = 0;
    const outcome = await post(caller, body);
    const durationMs = env.clock.monotonic() - startedMs;
    if (outcome.type === 'answer') {
      // A webhook that fails may repeat the token that it was asked about.
      const failure = failureOf(outcome.answer, review.kind === 'TokenReview');
      if (failure === undefined) {
        const status = statusOf(outcome.answer, review.kind);
        attempted('success', durationMs);
        return status;
      }
      attempted(outcome.answer.status === 504 ? 'timeout' : 'error', durationMs);
      const { status, retryAfterMs } = outcome.answer;
      // A webhook that names a time has said that it may be asked again.
      const mayPass = passingReasons.has(failure.status.reason ?? '') || (retryAfterMs !== undefined && status >= 500);
      if (!mayPass || attempt + 1 === attempts) throw failure;
      wantedMs = Math.min(retryAfterMs ?? 0, longestWaitMs);
    } else {
      attempted(outcome.timedOut ? 'timeout' : 'error', durationMs);
      if (!outcome.mayPass || attempt + 1 === attempts) throw outcome.error;
    }
    const delayMs = Math.max(
      wantedMs,
      backoffDelayMs({ ...backoff, initialMs: caller.initialBackoffMs ?? backoff.initialMs }, attempt, () =>
        env.random.next(),
      ),
    );
    await new Promise<void>((resolve) => env.clock.after(delayMs, resolve));
  }
}

type Outcome =
  | { readonly type: 'answer'; readonly answer: WebhookAnswer }
  | { readonly type: 'failure'; readonly error: Error; readonly timedOut: boolean; readonly mayPass: boolean };

async function post({ client, target, env, timeoutMs }: ReviewCaller, body: Uint8Array): Promise<Outcome> {
  const late = new AbortController();
  const timer = env.clock.after(timeoutMs, () => late.abort());
  try {
    return { type: 'answer', answer: await client.post({ ...target, body, signal: late.signal }) };
  } catch (cause) {
    const timedOut = late.signal.aborted;
    const text = timedOut ? 'context deadline exceeded' : cause instanceof Error ? cause.message : String(cause);
    const error = new Error(`Post ${JSON.stringify(target.url.href)}: ${text}`, { cause });
    return { type: 'failure', error, timedOut, mayPass: !timedOut && text.includes('connection reset') };
  } finally {
    timer.cancel();
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
