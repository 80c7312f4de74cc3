/** The thread that reads long YAML (yaml-thread.ts): a body's bytes come in, what they say goes out. */

import { parentPort } from 'node:worker_threads';
import { DecodeError } from '#api/codec/decode-error.ts';
import type { YamlDocument } from '#api/codec/yaml-decode.ts';
import { isStatusError } from '#api/errors.ts';
import type { Status } from '#api/generated/meta-v1.ts';
import { readYaml } from '#apiserver/request/yaml-body.ts';

export type YamlReply =
  | { readonly type: 'document'; readonly document: YamlDocument }
  /** Of a DecodeError. */
  | { readonly type: 'fault'; readonly message: string }
  | { readonly type: 'refused'; readonly status: Status };

parentPort?.on('message', (bytes: Uint8Array) => parentPort?.postMessage(replyTo(bytes)));

/** Any other error is a bug, and ends the thread. */
function replyTo(bytes: Uint8Array): YamlReply {
  try {
    return { type: 'document', document: readYaml(bytes) };
  } catch (error) {
    if (error instanceof DecodeError) return { type: 'fault', message: error.message };
    if (isStatusError(error)) return { type: 'refused', status: error.status };
    throw error;
  }
}
