/** Options of lists and watches, from the query, validated in upstream's words (apimachinery metainternalversion validation). */

import { newBadRequest, newInvalid } from '#api/errors.ts';
import { type FieldError, forbidden, notSupported } from '#api/field-error.ts';
import { everyField, type FieldSelector, parseFieldSelector } from '#api/field-selector.ts';
import { everything, parseLabelSelector, type Selector, SelectorError } from '#api/label-selector.ts';
import { goQuote } from '#base/go-quote.ts';
import { isTrue } from './request-info.ts';

export interface ListOptions {
  readonly labelSelector: Selector;
  readonly fieldSelector: FieldSelector;
  /** '' when not given. */
  readonly resourceVersion: string;
  readonly resourceVersionMatch: '' | 'Exact' | 'NotOlderThan';
  /** 0 is no limit. */
  readonly limit: number;
  readonly continueToken: string;
  readonly timeoutSeconds: number | undefined;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
}

/** Throws 400 or 422. `watch`: asked for by the query; of a watch by its old path the options are those of a list. */
export function parseListOptions(query: URLSearchParams, watch: boolean): ListOptions {
  // Numbers are read with the query, selectors are parsed from what was read.
  const timeoutSeconds = integerOf(query.get('timeoutSeconds'));
  const limit = integerOf(query.get('limit')) ?? 0;
  const given: ListOptions = {
    labelSelector: selectorOf(query.get('labelSelector'), everything, parseLabelSelector),
    fieldSelector: selectorOf(query.get('fieldSelector'), everyField, parseFieldSelector),
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: (query.get('resourceVersionMatch') ?? '') as ListOptions['resourceVersionMatch'],
    limit,
    continueToken: query.get('continue') ?? '',
    timeoutSeconds,
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: query.has('sendInitialEvents') ? isTrue(query.get('sendInitialEvents')) : undefined,
  };
  const options = watch ? withInitialEvents(given) : given;
  const errors = watch ? validateWatch(options) : validateList(options);
  if (errors.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
  return options;
}

/** A watch from no version begins with what is there, and says when that is out (upstream: SetListOptionsDefaults). */
function withInitialEvents(options: ListOptions): ListOptions {
  const { resourceVersion, resourceVersionMatch, sendInitialEvents } = options;
  if (sendInitialEvents !== undefined || resourceVersionMatch !== '') return options;
  if (resourceVersion !== '' && resourceVersion !== '0') return options;
  return { ...options, sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' };
}

function validateWatch({ resourceVersionMatch, sendInitialEvents, continueToken }: ListOptions): FieldError[] {
  const field = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && resourceVersionMatch !== 'NotOlderThan')
    errors.push(forbidden(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  if (resourceVersionMatch === '') return errors;
  if (sendInitialEvents === undefined)
    errors.push(forbidden(field, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
  if (resourceVersionMatch !== 'NotOlderThan') errors.push(notSupported(field, resourceVersionMatch, ['NotOlderThan']));
  if (continueToken !== '')
    errors.push(forbidden(field, 'resourceVersionMatch is forbidden when continue is provided'));
  return errors;
}

function validateList(options: ListOptions): FieldError[] {
  const { resourceVersion, resourceVersionMatch, continueToken, sendInitialEvents } = options;
  const field = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  if (resourceVersionMatch !== '') {
    if (resourceVersion === '') {
      errors.push(forbidden(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    }
    if (continueToken !== '')
      errors.push(forbidden(field, 'resourceVersionMatch is forbidden when continue is provided'));
    if (resourceVersionMatch !== 'Exact' && resourceVersionMatch !== 'NotOlderThan') {
      const error = notSupported(field, resourceVersionMatch, []);
      errors.push({ ...error, message: `${error.message}: supported values: "Exact", "NotOlderThan", ""` });
    }
    if (resourceVersionMatch === 'Exact' && resourceVersion === '0') {
      errors.push(forbidden(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (sendInitialEvents !== undefined) {
    errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return errors;
}

const maxUint64 = 2n ** 64n - 1n;
const maxInt64 = 2n ** 63n - 1n;

/** A resourceVersion as a revision; throws upstream's 400. */
export function parseResourceVersion(text: string): number {
  const fault = uint64Fault(text);
  if (fault)
    throw newBadRequest(`invalid resource version: resourceVersion: Invalid value: ${goQuote(text)}: ${fault}`);
  return Number(text);
}

/** In the words of Go's strconv.ParseUint; undefined for a uint64. */
export function uint64Fault(text: string): string | undefined {
  const isNumber = /^\d+$/.test(text);
  if (isNumber && (text.length < 20 || (text.length === 20 && BigInt(text) <= maxUint64))) return undefined;
  return `strconv.ParseUint: parsing ${goQuote(text)}: ${isNumber ? 'value out of range' : 'invalid syntax'}`;
}

/** An int64 of the query. Throws 400. */
export function integerOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (!/^[-+]?\d+$/.test(text)) throw newBadRequest(`strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax`);
  if (
    text.length >= 19 &&
    (text.length > 20 || BigInt(text.replace('+', '')) > maxInt64 || BigInt(text.replace('+', '')) < -maxInt64 - 1n)
  )
    throw newBadRequest(`strconv.ParseInt: parsing ${goQuote(text)}: value out of range`);
  return Number(text);
}

function selectorOf<T>(text: string | null, absent: T, parse: (text: string) => T): T {
  if (!text) return absent;
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof SelectorError) throw newBadRequest(error.message);
    throw error;
  }
}
