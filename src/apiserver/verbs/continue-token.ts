/** Continue tokens of paged lists: the same JSON in base64url as upstream's (apiserver storage/continue.go). */

import { DecodeError } from '#api/codec/decode-error.ts';
import { parseJson } from '#api/codec/json-decode.ts';
import { jsonText } from '#api/codec/text.ts';
import { newBadRequest } from '#api/errors.ts';

export interface ContinueToken {
  /** The revision that all pages show; -1 lets each page show its own (after the snapshot was compacted). */
  readonly revision: number;
  /** First key of the page, below what the list is about: the resource, or its objects in one namespace. */
  readonly start: string;
}

const apiVersion = 'meta.k8s.io/v1';
const encoder = new TextEncoder();

export function encodeContinue({ revision, start }: ContinueToken): string {
  const bytes = encoder.encode(JSON.stringify({ v: apiVersion, rv: revision, start }));
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true });
}

/** Throws 400 in upstream's words. */
export function decodeContinue(token: string): ContinueToken {
  const { v, rv, start } = membersOf(token);
  if (v !== apiVersion) throw invalid(`server does not recognize this encoded version ${v}`);
  if (rv === 0) throw invalid(`incorrect encoded start resourceVersion (version ${apiVersion})`);
  if (start === '') throw invalid(`encoded start key empty (version ${apiVersion})`);
  const key = start.startsWith('/') ? start.slice(1) : start;
  // What path.Clean would change could leave the list's prefix.
  if (key.split('/').some((segment) => segment === '' || segment === '.' || segment === '..')) throw invalid(start);
  return { revision: rv, start: key };
}

function membersOf(token: string): { readonly v: string; readonly rv: number; readonly start: string } {
  const text = textOf(token);
  const type = 'storage.continueToken';
  let tree: unknown;
  try {
    tree = parseJson(text);
  } catch (error) {
    throw error instanceof DecodeError ? invalid(error.message) : error;
  }
  if (typeof tree !== 'object' || Array.isArray(tree))
    throw invalid(`json: cannot unmarshal ${kindOf(tree)} into Go value of type ${type}`);
  const { v, rv, start } = (tree ?? {}) as { readonly v?: unknown; readonly rv?: unknown; readonly start?: unknown };
  const mismatch = (what: string, field: string, goType: string): Error =>
    invalid(`json: cannot unmarshal ${what} into Go struct field continueToken.${field} of type ${goType}`);
  if (!isTextOrNone(v)) throw mismatch(kindOf(v), 'v', 'string');
  if (rv !== undefined && rv !== null && typeof rv !== 'number') throw mismatch(kindOf(rv), 'rv', 'int64');
  if (typeof rv === 'number' && !Number.isSafeInteger(rv)) {
    const source = /"rv"\s*:\s*([-+.\deE]+)/.exec(text)?.[1] ?? '';
    if (!/^-?\d{1,19}$/.test(source) || BigInt.asIntN(64, BigInt(source)) !== BigInt(source))
      throw mismatch(`number ${source}`, 'rv', 'int64');
  }
  if (!isTextOrNone(start)) throw mismatch(kindOf(start), 'start', 'string');
  return { v: v ?? '', rv: rv ?? 0, start: start ?? '' };
}

function textOf(token: string): string {
  const fault = token.search(/[^A-Za-z0-9_-]/);
  const at = fault >= 0 ? fault : token.length % 4 === 1 ? token.length - 1 : -1;
  if (at >= 0) throw invalid(`illegal base64 data at input byte ${at}`);
  return jsonText(Uint8Array.fromBase64(token, { alphabet: 'base64url' }));
}

function invalid(what: string): Error {
  return newBadRequest(`invalid continue token: continue key is not valid: ${what}`);
}

function isTextOrNone(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === 'string';
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
