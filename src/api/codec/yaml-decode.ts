/**
 * Reading YAML into the trees that JSON decoding takes, as kubectl and the API server read it (sigs.k8s.io/yaml over go-yaml v2).
 *
 * js-yaml parses the text to events; the tree is built from them here, because meaning differs from js-yaml's own: scalars
 * (yaml-scalar.ts), keys that become text, duplicate keys that are findings with a line and not errors, and aliases, which are
 * expanded under go-yaml's budget so that a small text cannot become a large tree.
 */

import {
  type AliasEvent,
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  YAMLException,
} from 'js-yaml';
import { DecodeError, maxDepth, maxStrictErrors, tooManyValues } from './decode-error.ts';
import { base64Text } from './scalar.ts';
import { plainJson } from './yaml-json.ts';
import { resolvePlain } from './yaml-scalar.ts';

export interface YamlDocument {
  /** Plain tree; null for an empty document. */
  readonly value: unknown;
  /** Duplicate keys as go-yaml words them, for strict validation. */
  readonly strictErrors: readonly string[];
}

/** Reads the first document, as the API server does. Throws DecodeError ('yaml: line 3: ...'), 413 for more than `limit` values. */
export function decodeYaml(text: string, limit = Number.POSITIVE_INFINITY): YamlDocument {
  const json = plainJson(text);
  if (json) return { value: json, strictErrors: [] };
  const events = eventsOf(text);
  // Of a value its key is an event too, and the end of a list or map.
  if (events.length > limit * 3) throw tooManyValues();
  return new TreeBuilder(text, events).document() ?? { value: null, strictErrors: [] };
}

function eventsOf(text: string): readonly Event[] {
  try {
    return parseEvents(text, { maxDepth });
  } catch (cause) {
    if (!(cause instanceof YAMLException)) throw cause;
    const line = cause.mark ? `line ${cause.mark.line + 1}: ` : '';
    throw new DecodeError(`yaml: ${line}${cause.reason}`, { cause });
  }
}

const textDecoder = new TextDecoder();

/** Characters of text that aliases may add: as many as the largest body has. */
const maxAliasedLength = 3 * 1024 * 1024;

interface Anchored {
  readonly value: unknown;
  /** False while the node is being built: an alias to it would contain itself. */
  readonly complete: boolean;
}

class TreeBuilder {
  private readonly text: string;
  private readonly events: readonly Event[];
  private position = 0;
  private anchors = new Map<string, Anchored>();
  private duplicates: string[] = [];
  /** go-yaml's decodeCount and aliasCount. */
  private nodeCount = 0;
  private aliasCount = 0;
  private aliasedLength = 0;

  constructor(text: string, events: readonly Event[]) {
    this.text = text;
    this.events = events;
  }

  /** The next one; undefined behind the last. */
  document(): YamlDocument | undefined {
    if (this.position >= this.events.length) return undefined;
    this.position++;
    this.anchors = new Map();
    this.duplicates = [];
    const value = this.isEnd() ? null : this.node();
    // The document's end.
    this.position++;
    const message = `yaml: unmarshal errors:\n${this.duplicates.map((line) => `  ${line}`).join('\n')}`;
    return { value, strictErrors: this.duplicates.length > 0 ? [message] : [] };
  }

  private isEnd(): boolean {
    return this.events[this.position]?.type === EVENT_ID.POP;
  }

  private node(): unknown {
    const event = this.events[this.position++];
    this.count(1, false);
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return this.anchored(event, this.scalar(event));
      case EVENT_ID.ALIAS:
        return this.alias(event);
      case EVENT_ID.SEQUENCE: {
        this.open(event);
        const list: unknown[] = [];
        while (!this.isEnd()) list.push(this.node());
        this.position++;
        return this.anchored(event, list);
      }
      case EVENT_ID.MAPPING: {
        this.open(event);
        const map = this.mapping();
        this.position++;
        return this.anchored(event, map);
      }
      default:
        throw new DecodeError('yaml: unexpected end of document');
    }
  }

  private mapping(): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    while (!this.isEnd()) {
      const keyEvent = this.events[this.position];
      const isMerge =
        keyEvent?.type === EVENT_ID.SCALAR &&
        keyEvent.style === SCALAR_STYLE.PLAIN &&
        this.source(keyEvent) === '<<' &&
        keyEvent.tagStart < 0;
      const keyNode = this.node();
      const key = keyText(keyNode);
      const value = this.node();
      if (isMerge) {
        this.merge(map, value);
        continue;
      }
      if (Object.hasOwn(map, key)) {
        if (this.duplicates.length < maxStrictErrors)
          this.duplicates.push(`line ${this.lineOf(keyEvent)}: key ${JSON.stringify(keyNode)} already set in map`);
      }
      setOwn(map, key, value);
    }
    return map;
  }

  /** `<<`: as go-yaml does it, what is merged replaces what came before it; of several maps the first wins. */
  private merge(map: Record<string, unknown>, value: unknown): void {
    for (const source of Array.isArray(value) ? value.toReversed() : [value]) {
      if (typeof source !== 'object' || source === null) {
        throw new DecodeError('yaml: map merge requires map or sequence of maps as the value');
      }
      for (const [key, member] of Object.entries(source)) setOwn(map, key, this.copy(member));
    }
  }

  private lineOf(event: Event | undefined): number {
    const start = event && 'valueStart' in event ? event.valueStart : 0;
    let line = 1;
    for (let i = this.text.indexOf('\n'); i >= 0 && i < start; i = this.text.indexOf('\n', i + 1)) line++;
    return line;
  }

  private source(event: ScalarEvent): string {
    return getScalarValue(this.text, event);
  }

  private scalar(event: ScalarEvent): unknown {
    const text = this.source(event);
    const tag = event.tagStart < 0 ? '' : this.text.slice(event.tagStart, event.tagEnd);
    const isText =
      tag === '' ? event.style !== SCALAR_STYLE.PLAIN : tag === '!' || tag.endsWith('!str') || tag.endsWith(':str>');
    if (isText) return text;
    if (tag.endsWith('binary') || tag.endsWith(':binary>'))
      return textDecoder.decode(Uint8Array.fromBase64(base64Text(text)));
    const { value } = resolvePlain(text);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new DecodeError(`json: unsupported value: ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`);
    }
    return value;
  }

  private open(event: { readonly anchorStart: number; readonly anchorEnd: number }): void {
    if (event.anchorStart >= 0) this.anchors.set(this.anchorName(event), { value: undefined, complete: false });
  }

  private anchored<T>(event: { readonly anchorStart: number; readonly anchorEnd: number }, value: T): T {
    if (event.anchorStart >= 0) this.anchors.set(this.anchorName(event), { value, complete: true });
    return value;
  }

  private anchorName(event: { readonly anchorStart: number; readonly anchorEnd: number }): string {
    return this.text.slice(event.anchorStart, event.anchorEnd).replace(/^[&*]/, '');
  }

  private alias(event: AliasEvent): unknown {
    const name = this.anchorName(event);
    const target = this.anchors.get(name);
    if (!target) throw new DecodeError(`yaml: unknown anchor '${name}' referenced`);
    if (!target.complete) throw new DecodeError(`yaml: anchor '${name}' value contains itself`);
    return this.copy(target.value);
  }

  /** Aliases are copied: decoding changes trees in place. */
  private copy(value: unknown): unknown {
    this.count(1, true);
    if (typeof value === 'string') this.measure(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.copy(item));
    const copy: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(value)) {
      this.measure(key);
      setOwn(copy, key, this.copy(member));
    }
    return copy;
  }

  /** Copies of a text cost nothing until somebody writes them out. Upstream has no such bound. */
  private measure(text: string): void {
    this.aliasedLength += text.length;
    if (this.aliasedLength > maxAliasedLength) throw new DecodeError('yaml: document contains excessive aliasing');
  }

  private count(nodes: number, fromAlias: boolean): void {
    this.nodeCount += nodes;
    if (fromAlias) this.aliasCount += nodes;
    const { nodeCount, aliasCount } = this;
    if (aliasCount > 100 && nodeCount > 1000 && aliasCount / nodeCount > allowedAliasRatio(nodeCount)) {
      throw new DecodeError('yaml: document contains excessive aliasing');
    }
  }
}

/** go-yaml's budget: up to 99 % of small documents may come from aliases, 10 % of large ones. */
function allowedAliasRatio(nodeCount: number): number {
  const low = 400_000;
  const high = 4_000_000;
  if (nodeCount <= low) return 0.99;
  if (nodeCount >= high) return 0.1;
  return 0.99 - 0.89 * ((nodeCount - low) / (high - low));
}

/** Keys of JSON are text; YAML's may be numbers and booleans. */
function keyText(key: unknown): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'number' || typeof key === 'boolean') return String(key);
  throw new DecodeError(key === null ? 'unsupported map key of type: null' : 'yaml: invalid map key');
}

function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else target[key] = value;
}
