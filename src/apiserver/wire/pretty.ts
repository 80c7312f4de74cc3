/** JSON for people's eyes: indented when the request asks for it, or comes from a person with curl or wget. */

import { indentJson } from '#api/codec/json-encode.ts';
import type { ApiRequest } from '#api/request.ts';
import { isTrue } from '../request/request-info.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** `accepted` is what the chosen media type says of it. The query counts first. */
export function isPretty({ query, headers }: ApiRequest, accepted = false): boolean {
  if (query.has('pretty')) return isTrue(query.get('pretty'));
  const agent = headers['user-agent'] ?? '';
  return accepted || agent.startsWith('curl') || agent.startsWith('Wget');
}

/** Compact JSON, indented and without the end of its line, as Go's encoder does it. */
export function prettyJson(json: Uint8Array): Uint8Array {
  return encoder.encode(indentJson(decoder.decode(json).trimEnd()));
}
