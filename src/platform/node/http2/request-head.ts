/** A request's head from its header fields, held against RFC 9113, 8.2 and 8.3: what is malformed never reaches a handler. */

import { ErrorCode, StreamError } from './protocol.ts';

export interface RequestHead {
  readonly method: string;
  /** With the query, as it was sent; '/' for CONNECT, which has none. */
  readonly path: string;
  /** Lower-case names. Of fields that have one value the first counts, others are joined by ', '. `host` is the authority. No prototype. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names and values in turn as they came, pseudo-header fields left out. */
  readonly rawHeaders: readonly string[];
  /** content-length, when it was said. */
  readonly length: number | undefined;
  /** The fields were longer than the bound: those beyond it are missing. */
  readonly isTooLarge: boolean;
}

/** Fields of which a second one is not a longer list. */
const singles = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'date',
  'expect',
  'from',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'max-forwards',
  'proxy-authorization',
  'range',
  'referer',
  'user-agent',
]);

/** Fields that belong to connections of HTTP/1.1 (RFC 9113, 8.2.2). */
const connectionFields = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

const pseudoNames = new Set([':method', ':scheme', ':authority', ':path']);

/** A token of RFC 9110 in lower case. */
const namePattern = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const badValue = /[\0\r\n]|^[ \t]|[ \t]$/;
const digits = /^[0-9]{1,15}$/;

/** Names that were found good: clients send the same few. */
const goodNames = new Set<string>();
const goodNamesBound = 512;

/** Collects the fields of one head. */
export class HeadReader {
  private readonly headers = Object.create(null) as Record<string, string>;
  private readonly rawHeaders: string[] = [];
  private readonly bound: number;
  private size = 0;
  private method: string | undefined;
  private path: string | undefined;
  private scheme: string | undefined;
  private authority: string | undefined;
  private length: number | undefined;
  private fault: string | undefined;

  /** `bound`: characters of names and values together. */
  constructor(bound: number) {
    this.bound = bound;
  }

  /** The whole block has to be decoded before anything can be said about it: a fault is told at the end. */
  readonly field = (name: string, value: string): void => {
    this.size += name.length + value.length;
    if (this.fault !== undefined || this.size > this.bound) return;
    if (name.charCodeAt(0) === colon) this.pseudo(name, value);
    else this.regular(name, value);
  };

  /** Throws StreamError (protocolError). */
  head(): RequestHead {
    const { headers, rawHeaders, length, authority } = this;
    const isTooLarge = this.size > this.bound;
    if (this.fault !== undefined) throw malformed(this.fault);
    if (isTooLarge) return { method: this.method ?? 'GET', path: '/', headers, rawHeaders, length, isTooLarge };
    if (this.method === undefined) throw malformed('no :method');
    if (authority !== undefined) headers.host ??= authority;
    if (this.method === 'CONNECT') {
      if (this.path !== undefined || this.scheme !== undefined) throw malformed('CONNECT has no :path');
      return { method: this.method, path: '/', headers, rawHeaders, length, isTooLarge };
    }
    if (this.scheme === undefined || !this.path) throw malformed('no :scheme or no :path');
    return { method: this.method, path: this.path, headers, rawHeaders, length, isTooLarge };
  }

  private pseudo(name: string, value: string): void {
    if (this.rawHeaders.length > 0) this.fault = `${name} after other fields`;
    else if (!pseudoNames.has(name)) this.fault = `unknown ${name}`;
    else if (badValue.test(value)) this.fault = `value of ${name}`;
    else if (name === ':method') this.method = this.once(name, this.method, value);
    else if (name === ':path') this.path = this.once(name, this.path, value);
    else if (name === ':scheme') this.scheme = this.once(name, this.scheme, value);
    else this.authority = this.once(name, this.authority, value);
  }

  private once(name: string, former: string | undefined, value: string): string {
    if (former !== undefined) this.fault = `${name} twice`;
    return value;
  }

  private regular(name: string, value: string): void {
    if (!isGoodName(name)) this.fault = 'name of a field';
    else if (badValue.test(value)) this.fault = `value of ${name}`;
    else if (connectionFields.has(name) || (name === 'te' && value !== 'trailers'))
      this.fault = `${name} of a connection`;
    else if (name === 'content-length' && !this.takeLength(value)) this.fault = 'content-length';
    if (this.fault !== undefined) return;
    this.rawHeaders.push(name, value);
    const former = this.headers[name];
    if (former === undefined) this.headers[name] = value;
    else if (!singles.has(name)) this.headers[name] = name === 'cookie' ? `${former}; ${value}` : `${former}, ${value}`;
  }

  private takeLength(value: string): boolean {
    if (!digits.test(value)) return false;
    const length = Number(value);
    if (this.length !== undefined && this.length !== length) return false;
    this.length = length;
    return true;
  }
}

const colon = 0x3a;

function isGoodName(name: string): boolean {
  if (goodNames.has(name)) return true;
  if (!namePattern.test(name)) return false;
  if (goodNames.size >= goodNamesBound) goodNames.clear();
  goodNames.add(name);
  return true;
}

/** Fields after a body: nobody reads them, but they must be fields. Throws StreamError. */
export function checkTrailer(name: string, _value: string): void {
  if (name.charCodeAt(0) === colon || !isGoodName(name)) throw malformed('trailer');
}

function malformed(what: string): StreamError {
  return new StreamError(ErrorCode.protocolError, `malformed request: ${what}`);
}
