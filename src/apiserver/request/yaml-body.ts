/**
 * Bodies in YAML. YAML is parsed as a whole before anything in it can be counted, which for the longest takes a third of a second. So those that are long are
 * read by somebody else, if there is one, before their request is carried out; what they say, or what is wrong with them, is told where a body is decoded.
 */

import { maxValues } from '#api/codec/decode-error.ts';
import { yamlText } from '#api/codec/text.ts';
import { decodeYaml, type YamlDocument } from '#api/codec/yaml-decode.ts';
import { maxPlainLength } from '#api/codec/yaml-json.ts';
import type { ApiRequest, RequestBody } from '#api/request.ts';
import { mediaTypeOf } from '../wire/media-type.ts';

export type BytesBody = Extract<RequestBody, { readonly type: 'bytes' }>;

/** Reads YAML without holding up whoever asks. */
export interface YamlReader {
  /** What `readYaml` gives, and the errors that it throws; AbortedError once the signal fires. `bytes` stay as they are. */
  read(bytes: Uint8Array, signal: AbortSignal): Promise<YamlDocument>;
}

/** A shorter body is read in place: in 4 ms, and others have their turn behind it. */
const longYaml = 64 * 1024;

/** Throws DecodeError, and 413 for more values than a body may have. */
export function readYaml(bytes: Uint8Array): YamlDocument {
  return decodeYaml(yamlText(bytes), maxValues);
}

/** The document of a body, to be asked for once: whoever decodes it changes it. Throws as readYaml. */
export function yamlDocument({ bytes, yaml }: BytesBody): YamlDocument {
  return yaml ? yaml() : readYaml(bytes);
}

/** The request with its body read; undefined when there is nothing to wait for. Rejects when the client is gone. */
export function withYamlRead(reader: YamlReader, request: ApiRequest): Promise<ApiRequest> | undefined {
  const { body } = request;
  if (body?.type !== 'bytes' || body.bytes.length < longYaml || !isYaml(body)) return undefined;
  return readElsewhere(reader, request, body);
}

const yamlTypes: ReadonlySet<string | undefined> = new Set(['application/yaml', 'application/apply-patch+yaml']);
const openBrace = 0x7b;

/** YAML that is JSON, and not too long for that, is read as such: sooner than somebody else could. */
function isYaml({ bytes, contentType }: BytesBody): boolean {
  if (!yamlTypes.has(mediaTypeOf(contentType))) return false;
  return bytes[0] !== openBrace || bytes.length > maxPlainLength;
}

async function readElsewhere(reader: YamlReader, request: ApiRequest, body: BytesBody): Promise<ApiRequest> {
  const outcome = await reader.read(body.bytes, request.signal).then(
    (document) => () => document,
    (error: unknown) => () => {
      throw error;
    },
  );
  if (request.signal.aborted) outcome();
  return { ...request, body: { ...body, yaml: outcome } };
}
