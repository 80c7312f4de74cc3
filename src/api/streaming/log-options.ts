/** PodLogOptions as query parameters: decoded and validated alike by the API server and the kubelet. */

import { goQuote } from '#base/go-quote.ts';
import { type FieldError, forbidden, invalid, notSupported } from '../field-error.ts';
import { parseTime } from '../time.ts';

export type LogStream = 'All' | 'Stdout' | 'Stderr';

export interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly stream: LogStream;
  readonly sinceSeconds?: number;
  /** Milliseconds since the epoch. */
  readonly sinceTimeMs?: number;
  readonly tailLines?: number;
  readonly limitBytes?: number;
}

/** Reads the options; `errors` are those of upstream's ValidatePodLogOptions. Undefined for text that is no number or time. */
export function parseLogOptions(
  query: URLSearchParams,
): { options: LogOptions; errors: readonly FieldError[] } | undefined {
  const numbers: { sinceSeconds?: number; tailLines?: number; limitBytes?: number } = {};
  for (const name of ['sinceSeconds', 'tailLines', 'limitBytes'] as const) {
    const text = query.get(name);
    if (text === null || text === '') continue;
    if (!/^[+-]?\d{1,15}$/.test(text)) return undefined;
    numbers[name] = Number(text);
  }
  const since = query.get('sinceTime');
  const sinceTimeMs = since ? parseTime(since) : undefined;
  if (since && sinceTimeMs === undefined) return undefined;
  const stream = (query.get('stream') ?? 'All') as LogStream;
  const options: LogOptions = {
    follow: isTrue(query.get('follow')),
    previous: isTrue(query.get('previous')),
    timestamps: isTrue(query.get('timestamps')),
    stream,
    ...numbers,
    ...(sinceTimeMs === undefined ? {} : { sinceTimeMs }),
  };
  return { options, errors: validate(options) };
}

function validate(options: LogOptions): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { tailLines, limitBytes, sinceSeconds } = options;
  if (tailLines !== undefined && tailLines < 0) {
    errors.push(invalid('tailLines', tailLines, 'must be greater than or equal to 0'));
  }
  if (limitBytes !== undefined && limitBytes < 1)
    errors.push(invalid('limitBytes', limitBytes, 'must be greater than 0'));
  if (sinceSeconds !== undefined && options.sinceTimeMs !== undefined) {
    errors.push(forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    errors.push(invalid('sinceSeconds', sinceSeconds, 'must be greater than 0'));
  }
  if (!['All', 'Stdout', 'Stderr'].includes(options.stream)) {
    errors.push(notSupported('stream', options.stream, ['All', 'Stderr', 'Stdout'], goQuote));
  } else if (options.stream !== 'All' && tailLines !== undefined) {
    errors.push(forbidden('', '`tailLines` and specific `stream` are mutually exclusive for now'));
  }
  return errors;
}

/** Booleans of query parameters: present and not '0' or 'false' (apimachinery conversion/queryparams). */
export function isTrue(text: string | null): boolean {
  return text !== null && text !== '0' && text.toLowerCase() !== 'false';
}
