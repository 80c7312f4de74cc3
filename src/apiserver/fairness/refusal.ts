/** The answer to a request that priority and fairness has no place for. */

import { newTooManyRequests, StatusError } from '#api/errors.ts';
import type { WireResponse } from '#api/wire.ts';

const message = 'Too many requests, please try again later.';

/** For in-process callers a Status; by HTTP a plain text, as upstream writes it before its API machinery begins. */
export class RequestRefused extends StatusError {
  private readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super(newTooManyRequests(message, retryAfterSeconds).status);
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get answer(): WireResponse {
    return {
      type: 'full',
      status: this.code,
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'x-content-type-options': 'nosniff',
        'retry-after': String(this.retryAfterSeconds),
      },
      body: new TextEncoder().encode(`${message}\n`),
      compressible: false,
    };
  }
}
