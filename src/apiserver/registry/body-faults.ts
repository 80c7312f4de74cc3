/** 400s for bodies that cannot be read, in upstream's words: first whose object it is, then what is in it. */

import { DecodeError } from '#api/codec/decode-error.ts';
import { newBadRequest } from '#api/errors.ts';

/** What a body says it is; '' where it does not say. */
export interface GivenType {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Before what Go's parser says of a body that is no JSON. */
export const jsonFault = "couldn't get version/kind; json parse error: ";

/** How Go names the struct that it looks for kind and version with. */
const typeMetaStruct =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** What a tree says it is; null says nothing. Throws DecodeError when it is no object, says it in no text, or in more than group and version. */
export function typeOf(tree: unknown): GivenType {
  if (tree === null) return { apiVersion: '', kind: '' };
  if (typeof tree !== 'object' || Array.isArray(tree)) throw mistyped(tree, `value of type ${typeMetaStruct}`);
  const text = (name: 'apiVersion' | 'kind'): string => {
    const value = (tree as Readonly<Record<string, unknown>>)[name] ?? '';
    if (typeof value === 'string') return value;
    throw mistyped(value, `struct field .${name} of type string`);
  };
  const apiVersion = text('apiVersion');
  if (apiVersion.split('/', 3).length === 3) throw new DecodeError(`unexpected GroupVersion string: ${apiVersion}`);
  return { apiVersion, kind: text('kind') };
}

function mistyped(value: unknown, place: string): DecodeError {
  const type = typeof value === 'boolean' ? 'bool' : typeof value;
  const what = Array.isArray(value) ? 'array' : type;
  return new DecodeError(`${jsonFault}json: cannot unmarshal ${what} into Go ${place}`);
}

/** Upstream's deletes read their options by themselves, and tell faults as they find them. */
const optionsKind = 'DeleteOptions';

/** A body of the right kind with something in it that the kind does not take. */
export function unhandled(
  given: GivenType,
  expected: { readonly kind: string; readonly version: string },
  { message }: DecodeError,
): Error {
  if (expected.kind === optionsKind) return newBadRequest(message);
  const kind = given.kind || expected.kind;
  const version = given.apiVersion.slice(given.apiVersion.indexOf('/') + 1) || expected.version;
  return newBadRequest(`${kind} in version "${version}" cannot be handled as a ${expected.kind}: ${message}`);
}

/** What `read` makes of a body. Throws 400 in place of a DecodeError. */
export function readable<T>(expectedKind: string, body: Uint8Array, prefix: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw unrecognized(expectedKind, prefix + error.message, body);
  }
}

/** Bytes of a body that an answer shows (apiserver endpoints/handlers summarizeData). */
const excerptLength = 30;

/** A body that does not say what it is, or is of another form. */
export function unrecognized(expectedKind: string, message: string, body: Uint8Array): Error {
  if (expectedKind === optionsKind) return newBadRequest(message);
  return newBadRequest(
    `the object provided is unrecognized (must be of type ${expectedKind}): ${message} (${excerptOf(body)})`,
  );
}

function excerptOf(body: Uint8Array): string {
  if (body.length === 0) return '<empty>';
  const head = body.subarray(0, excerptLength);
  const isJson = head[0] === 0x7b;
  const text = isJson ? excerptDecoder.decode(head) : head.toHex();
  return body.length > excerptLength ? `${text} ...` : text;
}

const excerptDecoder = new TextDecoder();
