/** The kubelet answers errors in plain text; the API server makes a Status of them. */

import { StatusError } from '#api/errors.ts';
import type { ApiResponse } from '#api/request.ts';
import { messageOf } from '#base/errors.ts';

export type BytesResponse = Extract<ApiResponse, { readonly type: 'bytes' }>;

export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

export function textResponse(status: number, text: string, contentType = 'text/plain; charset=utf-8'): BytesResponse {
  return { type: 'bytes', status, contentType, body: new TextEncoder().encode(text) };
}

export function jsonResponse(value: unknown): BytesResponse {
  return textResponse(200, JSON.stringify(value), 'application/json');
}

/** The answer for whatever a handler threw; unknown errors are 500 with their message, as upstream's are. */
export function errorResponse(error: unknown): BytesResponse {
  if (error instanceof HttpError) return textResponse(error.status, error.message);
  if (error instanceof StatusError) return textResponse(error.code, error.message);
  return textResponse(500, messageOf(error));
}
