/** URLs as Go's net/url reads them, with its words for what is wrong. */

import { goQuote } from '#base/go-quote.ts';
import { parseAddress } from './ip-text.ts';

export interface ParsedURL {
  readonly scheme: string;
  /** What is behind the scheme where that is no path: 'a@b' in 'mailto:a@b'. */
  readonly opaque: string;
  /** As written; undefined for none. */
  readonly userinfo: string | undefined;
  /** With the port, and brackets of IPv6. */
  readonly host: string;
  readonly escapedPath: string;
  /** undefined: no '?'. */
  readonly query: string | undefined;
  readonly fragment: string;
}

class URLFault extends Error {}

/** The URL, or Go's message: 'parse "x": invalid URI for request'. A fragment is no part of a request's URI and is left in the path. */
export function parseRequestURI(text: string): ParsedURL | string {
  return parsed(text, () => parse(text, true));
}

export function parseURL(text: string): ParsedURL | string {
  const hash = text.indexOf('#');
  const bare = hash < 0 ? text : text.slice(0, hash);
  const url = parsed(bare, () => parse(bare, false));
  if (typeof url === 'string' || hash < 0) return url;
  const fragment = text.slice(hash + 1);
  return parsed(text, () => {
    withoutEscapes(fragment, 'path');
    return { ...url, fragment };
  });
}

function parsed(text: string, make: () => ParsedURL): ParsedURL | string {
  try {
    return make();
  } catch (error) {
    if (error instanceof URLFault) return `parse ${goQuote(text)}: ${error.message}`;
    throw error;
  }
}

const nothing: ParsedURL = {
  scheme: '',
  opaque: '',
  userinfo: undefined,
  host: '',
  escapedPath: '',
  query: undefined,
  fragment: '',
};

function parse(text: string, isRequest: boolean): ParsedURL {
  if (hasControl(text)) throw new URLFault('net/url: invalid control character in URL');
  if (text === '' && isRequest) throw new URLFault('empty url');
  if (text === '*') return { ...nothing, escapedPath: '*' };
  const { scheme, behind } = cutScheme(text);
  const mark = behind.indexOf('?');
  const query = mark < 0 ? undefined : behind.slice(mark + 1);
  let rest = mark < 0 ? behind : behind.slice(0, mark);
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...nothing, scheme, opaque: rest, query };
    if (isRequest) throw new URLFault('invalid URI for request');
    if ((rest.split('/')[0] ?? '').includes(':')) {
      throw new URLFault('first path segment in URL cannot contain colon');
    }
  }
  let authority: { readonly userinfo: string | undefined; readonly host: string } = nothing;
  if (rest.startsWith('//') && (scheme !== '' || (!isRequest && !rest.startsWith('///')))) {
    const slash = rest.indexOf('/', 2);
    authority = parseAuthority(scheme, slash < 0 ? rest.slice(2) : rest.slice(2, slash));
    rest = slash < 0 ? '' : rest.slice(slash);
  }
  return { ...nothing, scheme, ...pick(authority), escapedPath: escapePath(rest), query };
}

function pick({ userinfo, host }: Pick<ParsedURL, 'userinfo' | 'host'>): Pick<ParsedURL, 'userinfo' | 'host'> {
  return { userinfo, host };
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) < 0x20 || text.charCodeAt(at) === 0x7f) return true;
  return false;
}

function cutScheme(text: string): { readonly scheme: string; readonly behind: string } {
  if (text.startsWith(':')) throw new URLFault('missing protocol scheme');
  const match = /^([a-zA-Z][-+.a-zA-Z0-9]*):/.exec(text);
  const scheme = match?.[1];
  return scheme === undefined
    ? { scheme: '', behind: text }
    : { scheme: scheme.toLowerCase(), behind: text.slice(scheme.length + 1) };
}

function parseAuthority(scheme: string, authority: string) {
  const at = authority.lastIndexOf('@');
  const host = parseHost(scheme, authority.slice(at + 1));
  if (at < 0) return { userinfo: undefined, host };
  const userinfo = authority.slice(0, at);
  if (!/^[-._:~!$&'()*+,;=%@A-Za-z0-9]*$/.test(userinfo)) throw new URLFault('net/url: invalid userinfo');
  withoutEscapes(userinfo, 'user');
  return { userinfo, host };
}

function parseHost(scheme: string, host: string): string {
  const open = host.lastIndexOf('[');
  if (open > 0) throw new URLFault('invalid IP-literal');
  if (open === 0) return parseLiteral(host);
  const colon = scheme === 'http' || scheme === 'https' ? host.indexOf(':') : host.lastIndexOf(':');
  if (colon >= 0) checkPort(host.slice(colon));
  return withoutEscapes(host, 'host');
}

function parseLiteral(host: string): string {
  const close = host.lastIndexOf(']');
  if (close < 0) throw new URLFault("missing ']' in host");
  const port = host.slice(close + 1);
  checkPort(port);
  const inside = host.slice(1, close);
  const zone = inside.indexOf('%25');
  const name =
    zone < 0
      ? withoutEscapes(inside, 'host')
      : withoutEscapes(inside.slice(0, zone), 'host') + withoutEscapes(inside.slice(zone), 'zone');
  const address = parseAddress(name);
  if (address.fault !== undefined) throw new URLFault(`invalid host: ${address.fault}`);
  if (address.address.family === 'IPv4') throw new URLFault('invalid IP-literal');
  return `[${name}]${port}`;
}

function checkPort(port: string): void {
  if (!/^(?::[0-9]*)?$/.test(port)) throw new URLFault(`invalid port ${goQuote(port)} after host`);
}

type Part = 'path' | 'user' | 'host' | 'zone' | 'query';

const hostCharacters = /[-A-Za-z0-9_.~!$&'()*+,;=:[\]<>"]/;

/** The text without escapes, in which bytes that are no UTF-8 become U+FFFD. */
function withoutEscapes(text: string, part: Part): string {
  const inHost = part === 'host' || part === 'zone';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character !== '%') {
      if (inHost && character < '\x80' && !hostCharacters.test(character)) {
        throw new URLFault(`invalid character ${goQuote(character)} in host name`);
      }
      continue;
    }
    const escaped = text.slice(at, at + 3);
    if (!/^%[0-9a-fA-F]{2}$/.test(escaped) || isRefused(escaped, part)) {
      throw new URLFault(`invalid URL escape ${goQuote(escaped)}`);
    }
    at += 2;
  }
  return decode(part === 'query' ? text.replaceAll('+', ' ') : text);
}

/** Hosts escape nothing that ASCII has but '%'; zones also what a host may have. */
function isRefused(escaped: string, part: Part): boolean {
  if (escaped === '%25' || (part !== 'host' && part !== 'zone')) return false;
  const code = Number.parseInt(escaped.slice(1), 16);
  if (part === 'host') return code < 0x80;
  const character = String.fromCharCode(code);
  return character !== ' ' && (code >= 0x80 || !hostCharacters.test(character));
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  const bytes: number[] = [];
  const encoded = new TextEncoder().encode(text);
  for (let at = 0; at < encoded.length; at++) {
    const byte = encoded[at] ?? 0;
    if (byte !== 0x25) bytes.push(byte);
    else {
      bytes.push(Number.parseInt(String.fromCharCode(encoded[at + 1] ?? 0, encoded[at + 2] ?? 0), 16));
      at += 2;
    }
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

/** As written where that is a valid way to escape the path, else escaped as Go does it. */
function escapePath(path: string): string {
  withoutEscapes(path, 'path');
  if (/^[-._~$&+,/:;=@A-Za-z0-9!'()*[\]%]*$/.test(path)) return path;
  let escaped = '';
  for (const byte of new TextEncoder().encode(decode(path))) {
    const character = String.fromCharCode(byte);
    escaped += /[-._~$&+,/:;=@A-Za-z0-9]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}

export function hostnameOf({ host }: ParsedURL): string {
  const bare = host.slice(0, host.length - portOf({ host }).length).replace(/:$/, '');
  return bare.startsWith('[') && bare.endsWith(']') ? bare.slice(1, -1) : bare;
}

export function portOf({ host }: Pick<ParsedURL, 'host'>): string {
  return /:([0-9]*)$/.exec(host)?.[1] ?? '';
}

/** Values by key; pairs that are no valid query are left out. */
export function queryOf({ query = '' }: ParsedURL): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';')) continue;
    const equals = pair.indexOf('=');
    const entry = unescapedPair(equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]);
    if (!entry) continue;
    const known = values.get(entry[0]);
    if (known) known.push(entry[1]);
    else values.set(entry[0], [entry[1]]);
  }
  return values;
}

function unescapedPair([key, value]: readonly [string, string]): readonly [string, string] | undefined {
  try {
    return [withoutEscapes(key, 'query'), withoutEscapes(value, 'query')];
  } catch (error) {
    if (error instanceof URLFault) return undefined;
    throw error;
  }
}

/** The URL as Go prints it again. */
export function formatURL(url: ParsedURL): string {
  const { scheme, opaque, userinfo, host, escapedPath, query, fragment } = url;
  const start = scheme === '' ? '' : `${scheme}:`;
  const end = `${query === undefined ? '' : `?${query}`}${fragment === '' ? '' : `#${fragment}`}`;
  if (opaque !== '') return `${start}${opaque}${end}`;
  const authority = userinfo === undefined ? host : `${userinfo}@${host}`;
  return `${start}${authority === '' && userinfo === undefined ? '' : `//${authority}`}${escapedPath}${end}`;
}
