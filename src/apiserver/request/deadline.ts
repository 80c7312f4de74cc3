/**
 * How long a request may take (apiserver endpoints/filters request_deadline.go, server/filters timeout.go): a minute, or less if its `timeout` says
 * so. Then the client gets 504, and what is still at work for it is told to stop; a write that the store has taken stays.
 */

import { parseDuration } from '#api/duration.ts';
import { newBadRequest, newTimeout } from '#api/errors.ts';
import type { ApiRequest, ApiResponse } from '#api/request.ts';
import { AbortedError } from '#base/abort.ts';
import type { Clock } from '#base/env.ts';

/** Upstream's --request-timeout. */
export const requestTimeoutMs = 60_000;
/** No duration that means anything is longer. */
const longestText = 64;

/** Throws 400. */
export function timeoutOf({ query }: Pick<ApiRequest, 'query'>): number {
  const text = query.get('timeout');
  if (!text) return requestTimeoutMs;
  const parsed = text.length > longestText ? undefined : parseDuration(text);
  const nanos = parsed !== undefined && BigInt.asIntN(64, parsed) === parsed ? parsed : undefined;
  if (nanos === undefined) throw newBadRequest(`invalid timeout specified in the request URL - ${faultOf(text)}`);
  // 0s is no wish of the client's.
  return nanos > 0n && nanos < BigInt(requestTimeoutMs) * 1_000_000n ? Number(nanos) / 1e6 : requestTimeoutMs;
}

/** In the words of Go's time.ParseDuration. */
function faultOf(text: string): string {
  const quoted = JSON.stringify(text);
  // The expressions below take quadratic time.
  if (text.length > longestText) return `time: invalid duration ${quoted}`;
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(text)) return `time: missing unit in duration ${quoted}`;
  if (parseDuration(text) !== undefined) return `time: invalid duration ${quoted}`;
  const unit = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))*(?:\d+\.?\d*|\.\d+)([^\d.]+)/.exec(
    text,
  )?.[1];
  return unit === undefined
    ? `time: invalid duration ${quoted}`
    : `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`;
}

/** Who is told, whatever the client gets: of the work's end, and when its time is up. */
export interface Observer {
  readonly ended?: () => void;
  readonly timedOut?: () => void;
}

/**
 * What `work` gives, or 504; the work's own end is then nobody else's. An answer that somebody else goes on making has what is left of the time: then
 * it is broken off, as upstream does it.
 */
export function within(
  clock: Clock,
  timeoutMs: number,
  request: ApiRequest,
  work: Promise<ApiResponse>,
  observer: Observer = {},
): Promise<ApiResponse> {
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    const timer = clock.after(timeoutMs, () => {
      if (!isAnswered) observer.timedOut?.();
      reject(newTimeout('request did not complete within the allotted timeout', 0));
      request.abandon?.(new AbortedError('the request did not complete in time'));
    });
    work.then(
      (response) => {
        isAnswered = true;
        if (isStreamed(response)) request.signal.addEventListener('abort', () => timer.cancel(), { once: true });
        else timer.cancel();
        observer.ended?.();
        resolve(response);
      },
      (error: unknown) => {
        timer.cancel();
        observer.ended?.();
        reject(error);
      },
    );
  });
}

/** Somebody else's answer, handed on as it comes. */
function isStreamed(response: ApiResponse): boolean {
  return response.type === 'bytes' && !(response.body instanceof Uint8Array);
}
