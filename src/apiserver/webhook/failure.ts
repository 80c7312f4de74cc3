/** Answers of webhooks that are no success, in the words of client-go (rest/request.go transformResponse): errors, logs and audit records quote them. */

import { fromStatus, newGenericServerResponse, type StatusError } from '#api/errors.ts';
import type { Status } from '#api/generated/meta-v1.ts';
import type { WebhookAnswer } from './webhook-client.ts';

/** Bytes of a text that are quoted (upstream's maxUnstructuredResponseTextBytes). */
const quotedBytes = 2048;

const decoder = new TextDecoder();

/**
 * Undefined for a success. A Status says itself what is wrong; of other answers text is quoted and nothing else. What was asked about may be `confidential`:
 * then nothing of the answer is told, since it may repeat it (upstream quotes it all the same).
 */
export function failureOf(answer: WebhookAnswer, confidential = false): StatusError | undefined {
  const { status, contentType = '', body } = answer;
  if (status >= 200 && status <= 299) return undefined;
  const said = confidential ? undefined : statusOf(answer);
  if (said) return fromStatus(said);
  const isQuoted = !confidential && (contentType === '' || /^\s*text\//i.test(contentType));
  const text = isQuoted ? decoder.decode(body.subarray(0, quotedBytes)).trim() : 'unknown';
  return newGenericServerResponse(status, 'post', { group: '', resource: '' }, '', text);
}

function statusOf({ contentType = '', body }: WebhookAnswer): Status | undefined {
  if (!contentType.includes('json') || body.length > quotedBytes) return undefined;
  try {
    const value = JSON.parse(decoder.decode(body)) as Partial<Status> | null;
    const isStatus = value?.kind === 'Status' && value.status === 'Failure' && typeof value.message === 'string';
    return isStatus && typeof value.code === 'number' ? (value as Status) : undefined;
  } catch {
    return undefined;
  }
}
