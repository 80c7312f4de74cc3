/**
 * Steps of a client, what is asked of a server for them, and its answers as they compare: what a server draws (versions, uids, times, names,
 * addresses) is told by where it came from.
 */

import { load } from 'js-yaml';
import { decodeMessage, unwrapProtobuf } from '#api/codec/protobuf-decode.ts';
import { encodeProtobuf } from '#api/codec/protobuf-encode.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { builtinTables } from '#kinds/schemas.ts';

/**
 * Texts may stand for what the server answered before: <namespace>; <version of PATH>, <old version of PATH>, <uid of PATH> of an object by
 * the end of its path (configmaps/a); <version>, the last that any object had; <first version>; <list version>; <continue>; <generated>, the
 * last name that was drawn.
 */
export interface Step {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET';
  /** With the query; below the namespace ('configmaps/a'), or from '/', whole. */
  readonly path: string;
  readonly accept?: string;
  readonly contentType?: string;
  /** Text goes out as it is, anything else as its content type asks. */
  readonly body?: unknown;
  /** The body is the object of this path as it was last answered, with this merge patch. */
  readonly edit?: { readonly of: string; readonly merge: object };
}

export interface Asked {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface Answered {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

/** Answers of watches are read until they end or nothing comes for a while. */
export type Send = (asked: Asked) => Promise<Answered>;

export interface StepAnswer {
  readonly code: number;
  readonly contentType: string;
  readonly warnings?: readonly string[];
  readonly body?: unknown;
  /** Of a watch. */
  readonly events?: readonly unknown[];
}

const registry = new SchemaRegistry(builtinTables);
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const uidPattern = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
const timePattern = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
/** Volumes of tokens, and names whose beginning is no name. */
const drawnPattern = /\b(kube-api-access-|G_|g-|l{50,}-?)[bcdfghjklmnpqrstvwxz2456789]{5}\b/g;
const tokenPattern = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/g;

type Tree = { readonly [name: string]: unknown };
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What one server answered so far. */
export class Play {
  private readonly namespace: string;
  private readonly send: Send;
  private readonly versions = new Map<string, string>();
  private readonly uids = new Map<string, string>();
  private readonly addresses = new Map<string, string>();
  private readonly generated = new Map<string, string>();
  private readonly objects = new Map<string, { object: Tree; versions: string[] }>();
  private lastVersion = '';
  private listVersion = '';
  private continueToken = '';

  constructor(namespace: string, send: Send) {
    this.namespace = namespace;
    this.send = send;
  }

  async step(step: Step): Promise<StepAnswer> {
    const asked = this.asked(step);
    const { code, headers, body } = await this.send(asked);
    const contentType = String(headers['content-type'] ?? '');
    const warnings = warningsOf(headers.warning).map((text) => this.told(text));
    const warned = warnings.length > 0 ? { warnings } : {};
    const whole = { code, contentType, ...warned };
    if (isWatch(asked.target, step.method) && code === 200) {
      const events = eventsOf(body, contentType);
      for (const event of events) if (isTree(event) && event.type !== 'BOOKMARK') this.learn(asked, step, event.object);
      return { ...whole, events: events.filter((event) => !isIdle(event)).map((event) => this.normal(event)) };
    }
    const tree = treeOf(body, contentType);
    this.learn(asked, step, tree);
    return { ...whole, body: this.normal(tree) };
  }

  private asked({
    method,
    path,
    accept = 'application/json',
    contentType = 'application/json',
    body,
    edit,
  }: Step): Asked {
    const below = path.startsWith('/') ? path : `/api/v1/namespaces/<namespace>/${path}`;
    const target = this.filled(below, encodeURIComponent);
    const headers: Record<string, string> = { accept };
    const payload = this.payload(edit ? merged(this.objectAt(edit.of)?.object ?? {}, edit.merge) : body, contentType);
    if (payload) headers['content-type'] = contentType;
    return { method, target, headers, ...(payload ? { body: payload } : {}) };
  }

  private payload(body: unknown, contentType: string): Uint8Array | undefined {
    if (body === undefined) return undefined;
    if (typeof body === 'string') return encoder.encode(this.filled(body));
    const filled = JSON.parse(this.filled(JSON.stringify(body), (text) => JSON.stringify(text).slice(1, -1))) as Tree;
    if (!contentType.includes('protobuf')) return encoder.encode(JSON.stringify(filled));
    const [group, version] = groupVersion(String(filled.apiVersion));
    const schema = registry.kind(group, version, String(filled.kind));
    return schema ? encodeProtobuf(schema, filled) : encoder.encode(JSON.stringify(filled));
  }

  private filled(text: string, quoted: (text: string) => string = (plain) => plain): string {
    return text
      .replaceAll('<namespace>', this.namespace)
      .replaceAll(
        /<((?:old version|version|uid) of [\w./-]+|version|first version|list version|continue|generated)>/g,
        (_, what: string) => quoted(this.value(what)),
      );
  }

  private value(what: string): string {
    switch (what) {
      case 'version':
        return this.lastVersion;
      case 'first version':
        return this.versions.keys().next().value ?? '';
      case 'list version':
        return this.listVersion;
      case 'continue':
        return this.continueToken;
      case 'generated':
        return [...this.generated.keys()].at(-1) ?? 'none';
    }
    const known = this.objectAt(what.replace(/^.* of /, ''));
    if (what.startsWith('uid')) return String((known?.object.metadata as Tree | undefined)?.uid ?? 'no-uid');
    return known?.versions.at(what.startsWith('old') ? -2 : -1) ?? known?.versions[0] ?? '1';
  }

  private objectAt(path: string): { object: Tree; versions: string[] } | undefined {
    return this.objects.get(this.filled(path));
  }

  /** Takes in what later steps may ask for and what is told by another name. */
  private learn({ target, method }: Asked, { path }: Step, tree: unknown): void {
    if (!isTree(tree)) return;
    const metadata = isTree(tree.metadata) ? tree.metadata : {};
    if (Array.isArray(tree.items) || Array.isArray(tree.rows)) {
      this.listVersion = String(metadata.resourceVersion ?? '');
      if (typeof metadata.continue === 'string') this.continueToken = metadata.continue;
      for (const item of (tree.items ?? tree.rows) as readonly unknown[]) {
        this.learnObject(isTree(item) && isTree(item.object) ? item.object : item, '');
      }
      return;
    }
    if (tree.kind === 'Status') return;
    const bare = target.split('?', 1)[0] ?? '';
    const drawn = metadata.generateName;
    const name = metadata.name;
    if (
      method === 'POST' &&
      typeof drawn === 'string' &&
      typeof name === 'string' &&
      /^.*[bcdfghjklmnpqrstvwxz2456789]{5}$/.test(name)
    ) {
      if (name.startsWith(drawn.slice(0, 58)) && !this.generated.has(name) && !path.includes('<generated>'))
        this.generated.set(name, `<generated ${this.generated.size + 1}>`);
    }
    const key = method === 'POST' ? `${bare.split('/').at(-1)}/${name}` : bare.split('/').slice(-2).join('/');
    this.learnObject(tree, key);
  }

  private learnObject(tree: unknown, key: string): void {
    if (!isTree(tree) || !isTree(tree.metadata)) return;
    const { resourceVersion: version, uid } = tree.metadata;
    const spec = isTree(tree.spec) ? tree.spec : {};
    for (const address of [spec.clusterIP, ...((spec.clusterIPs ?? []) as unknown[])]) {
      if (typeof address === 'string' && /^10\.(9[6-9]|1[01]\d)\./.test(address) && !this.addresses.has(address))
        this.addresses.set(address, `<address ${this.addresses.size + 1}>`);
    }
    if (typeof uid === 'string' && !this.uids.has(uid)) this.uids.set(uid, `<uid ${this.uids.size + 1}>`);
    if (typeof version !== 'string' || version === '' || version === '0') return;
    if (!this.versions.has(version)) this.versions.set(version, `<version ${this.versions.size + 1}>`);
    this.lastVersion = version;
    if (key === '') return;
    const known = this.objects.get(key);
    const versions = known?.versions ?? [];
    if (versions.at(-1) !== version) versions.push(version);
    this.objects.set(key, { object: tree, versions });
  }

  private told(text: string): string {
    let plain = text
      .replaceAll(uidPattern, (uid) => {
        if (!this.uids.has(uid)) this.uids.set(uid, `<uid ${this.uids.size + 1}>`);
        return this.uids.get(uid) ?? '';
      })
      .replaceAll(timePattern, '<time>')
      .replaceAll(tokenPattern, '<token>')
      .replaceAll(drawnPattern, '$1<drawn>')
      .replaceAll(this.namespace, '<namespace>')
      .replaceAll(
        /((?:[Rr]esource ?[Vv]ersion|too old resource version|Precondition)[^.]*?: )(\d+)/g,
        (_, before: string, version: string) =>
          `${before}${this.versions.get(version) ?? (version.length < 2 ? version : '<a version>')}`,
      )
      .replaceAll(
        /(record \(|object meta: )(\d+)/g,
        (_, before: string, version: string) => `${before}${this.versions.get(version) ?? '<a version>'}`,
      )
      .replaceAll(/(ersion in the precondition \()\d+\)/g, '$1<a version>)')
      .replaceAll(/(\b\d+:)3[0-2]\d{3}\b/g, '$1<node port>')
      .replaceAll(
        /(resourceVersion\\*":\\*")(\d+)/g,
        (_, before: string, version: string) => `${before}${this.versions.get(version) ?? '<a version>'}`,
      )
      .replaceAll(/(Too large resource version: )\d+(, current: )\d+/g, '$1<a version>$2<a version>')
      .replaceAll(/\b10\.(?:9[6-9]|1[01]\d)\.\d+\.\d+\b/g, (address) => this.addresses.get(address) ?? '<an address>');
    for (const [name, told] of this.generated) plain = plain.replaceAll(name, told);
    return plain;
  }

  private normal(value: unknown, name = '', isList = false): unknown {
    if (typeof value === 'string') {
      if (name === 'continue') return value === '' ? value : '<continue>';
      if (name === 'resourceVersion') {
        if (value === '' || value === '0') return value;
        return isList ? '<list version>' : (this.versions.get(value) ?? '<another version>');
      }
      return this.told(value);
    }
    if (typeof value === 'number' && name === 'nodePort' && value >= 30_000) return '<node port>';
    if (Array.isArray(value)) {
      const elements = value.map((element) => this.normal(element));
      return name === 'managedFields' ? sorted(elements) : name === 'cells' ? elements.map(ageless) : elements;
    }
    if (!isTree(value)) return value;
    const list = 'items' in value || 'rows' in value || value.kind === 'Status';
    const bookmark = value.type === 'BOOKMARK';
    return Object.fromEntries(
      Object.entries(value)
        .map(([member, inner]) => {
          if (bookmark && member === 'object') return [member, withoutVersion(this.normal(inner))];
          return [this.told(member), this.normal(inner, member, name === 'metadata' && isList)];
        })
        .map(([member, inner], index) => {
          const raw = Object.values(value)[index];
          return member === 'metadata' && list && !bookmark ? [member, this.normalMetadata(raw)] : [member, inner];
        }),
    );
  }

  private normalMetadata(metadata: unknown): unknown {
    if (!isTree(metadata)) return metadata;
    return Object.fromEntries(
      Object.entries(metadata).map(([member, inner]) => [member, this.normal(inner, member, true)]),
    );
  }
}

/** A bookmark that says nothing but that time goes by. */
function isIdle(event: unknown): boolean {
  return isTree(event) && event.type === 'BOOKMARK' && !JSON.stringify(event).includes('k8s.io/initial-events-end');
}

/** Its version is that of whatever happened elsewhere. */
function withoutVersion(object: unknown): unknown {
  if (!isTree(object) || !isTree(object.metadata)) return object;
  return { ...object, metadata: { ...object.metadata, resourceVersion: '<a version>' } };
}

function sorted(entries: readonly unknown[]): unknown[] {
  const key = (entry: unknown): string => JSON.stringify(entry);
  return [...entries].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function ageless(cell: unknown): unknown {
  return typeof cell === 'string' && /^(\d+[smhdy])+( ago)?$/.test(cell) ? '<age>' : cell;
}

function isWatch(target: string, method: string): boolean {
  return method === 'GET' && (/[?&]watch=(1|true|t|T|TRUE|True|)(&|$)/.test(target) || target.includes('/watch/'));
}

function groupVersion(apiVersion: string): [string, string] {
  const at = apiVersion.indexOf('/');
  return at < 0 ? ['', apiVersion] : [apiVersion.slice(0, at), apiVersion.slice(at + 1)];
}

function treeOf(body: Uint8Array, contentType: string): unknown {
  if (contentType.startsWith('application/vnd.kubernetes.protobuf')) return protobufTree(body);
  const text = decoder.decode(body);
  if (contentType.startsWith('application/json')) return text === '' ? '' : JSON.parse(text);
  if (contentType.startsWith('application/yaml')) return load(text);
  return text;
}

function protobufTree(bytes: Uint8Array): unknown {
  const { apiVersion, kind, message } = unwrapProtobuf(bytes);
  const [group, version] = groupVersion(apiVersion);
  const schema = registry.kind(group, version, kind);
  return { kind, apiVersion, ...(schema ? decodeMessage(schema, message) : { unknown: message.length }) };
}

function eventsOf(body: Uint8Array, contentType: string): unknown[] {
  if (!contentType.startsWith('application/vnd.kubernetes.protobuf')) {
    const text = decoder.decode(body);
    return contentType.startsWith('application/yaml')
      ? [text]
      : text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => parsed(line));
  }
  const events: unknown[] = [];
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  for (let at = 0; at + 4 <= body.length; ) {
    const length = view.getUint32(at);
    events.push(watchEvent(body.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return events;
}

/** Text stands for what is no JSON, so that it is seen. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

/** Field 1 is the type, field 2 a RawExtension whose field 1 is the object's envelope. */
function watchEvent(message: Uint8Array): unknown {
  let type = '';
  let object: unknown;
  for (const [field, bytes] of fields(message)) {
    if (field === 1) type = decoder.decode(bytes);
    if (field === 2) for (const [, raw] of fields(bytes)) object = protobufTree(raw);
  }
  return { type, object };
}

function* fields(message: Uint8Array): Generator<[number, Uint8Array]> {
  for (let at = 0; at < message.length; ) {
    const field = (message[at++] ?? 0) >> 3;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++] ?? 0;
      length += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    yield [field, message.subarray(at, at + length)];
    at += length;
  }
}

/** RFC 7386. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isTree(patch)) return patch;
  const result: Record<string, unknown> = isTree(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}

/** '299 - "text", 299 - "text"' as texts. */
function warningsOf(header: string | readonly string[] | undefined): string[] {
  const text = typeof header === 'string' ? header : (header ?? []).join(', ');
  return [...text.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, quoted = '']) => quoted.replace(/\\(.)/g, '$1'));
}
