/** Continue tokens of paged lists: the same JSON in base64url as upstream's (apiserver storage/continue.go). */

import { fromBase64, toBase64 } from '#api/codec/base64.ts';
import { newBadRequest } from '#api/errors.ts';

export interface ContinueToken {
  /** The revision that all pages show; -1 lets each page show its own (after the snapshot was compacted). */
  readonly revision: number;
  /** First key of the page, below the resource's prefix. */
  readonly start: string;
}

const apiVersion = 'meta.k8s.io/v1';
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeContinue({ revision, start }: ContinueToken): string {
  const text = toBase64(encoder.encode(JSON.stringify({ v: apiVersion, rv: revision, start })));
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Throws 400 in upstream's words. */
export function decodeContinue(token: string): ContinueToken {
  const invalid = (what: string) => newBadRequest(`invalid continue token: continue key is not valid: ${what}`);
  if (!/^[A-Za-z0-9_-]*$/.test(token) || token.length % 4 === 1) throw invalid('illegal base64 data');
  const padded = token
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .padEnd(Math.ceil(token.length / 4) * 4, '=');
  let value: { v?: unknown; rv?: unknown; start?: unknown };
  try {
    value = JSON.parse(decoder.decode(fromBase64(padded))) as typeof value;
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
  if (typeof value !== 'object' || value === null || value.v !== apiVersion) {
    throw invalid(`server does not recognize this encoded version ${typeof value?.v === 'string' ? value.v : ''}`);
  }
  const { rv, start } = value;
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0) {
    throw invalid('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  }
  if (typeof start !== 'string' || start === '') throw invalid('encoded start key empty (version meta.k8s.io/v1)');
  if (start.split('/').some((segment) => segment === '..' || segment === '.')) throw invalid(start);
  return { revision: rv, start };
}
