/**
 * Configuration files of the server (apiserver.config.k8s.io and the like): YAML or JSON, one object, decoded strictly: a field that
 * nobody knows is refused and not ignored, since it was meant to do something.
 */

import { decodeYaml } from './codec/yaml-decode.ts';
import { parseDuration } from './duration.ts';
import type { KubeObject } from './object.ts';
import { isObject } from './patch/json-tree.ts';

/** What a field holds. Durations are nanoseconds, as bigint. */
export type Shape =
  | 'string'
  | 'boolean'
  | 'integer'
  | 'duration'
  /** Whatever it is: somebody else reads it. */
  | 'any'
  | { readonly list: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> };

export interface ConfigurationKind {
  readonly group: string;
  /** Served versions, all of the same fields. */
  readonly versions: readonly string[];
  readonly kind: string;
  readonly fields: Readonly<Record<string, Shape>>;
}

/** The file is not what it should be; the message says what and where. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

export type Tree = Readonly<Record<string, unknown>>;

/** The object of the file: of the shape of its kind, fields that are absent stay absent. Throws ConfigurationError. */
export function decodeConfiguration(text: string, wanted: ConfigurationKind | readonly ConfigurationKind[]): Tree {
  const kinds = Array.isArray(wanted) ? (wanted as readonly ConfigurationKind[]) : [wanted as ConfigurationKind];
  if (text.trim() === '') throw new ConfigurationError('empty config data');
  let document: ReturnType<typeof decodeYaml>;
  try {
    document = decodeYaml(text);
  } catch (error) {
    throw new ConfigurationError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  const { value, strictErrors } = document;
  if (!isObject(value))
    throw new ConfigurationError(`the file holds no ${kinds.map((known) => known.kind).join(' or ')}`);
  const { apiVersion, kind } = value as Partial<KubeObject>;
  if (!kind) throw new ConfigurationError(`Object 'Kind' is missing in '${JSON.stringify(value)}'`);
  if (!apiVersion) throw new ConfigurationError(`Object 'apiVersion' is missing in '${JSON.stringify(value)}'`);
  const found = kinds.find(
    (known) => kind === known.kind && known.versions.some((version) => apiVersion === `${known.group}/${version}`),
  );
  if (!found) {
    throw new ConfigurationError(`no kind "${kind}" is registered for version "${apiVersion}"`);
  }
  const findings = [...strictErrors];
  const { apiVersion: _, kind: __, ...rest } = value;
  const object = decodeFields(rest, found.fields, '', findings) as Tree;
  if (findings.length > 0) throw new ConfigurationError(`strict decoding error: ${findings.join(', ')}`);
  return object;
}

const goTypes = { boolean: 'bool', integer: 'int32', string: 'string' } as const;

function decodeValue(value: unknown, shape: Shape, path: string, findings: string[]): unknown {
  if (value === null || value === undefined) return undefined;
  if (shape === 'any') return value;
  if (shape === 'duration') {
    const nanos = typeof value === 'string' ? parseDuration(value) : undefined;
    if (nanos === undefined) throw new ConfigurationError(`${path}: time: invalid duration ${JSON.stringify(value)}`);
    return nanos;
  }
  if (typeof shape === 'string') {
    if (shape === 'integer' ? Number.isInteger(value) : typeof value === shape) return value;
    throw new ConfigurationError(
      `json: cannot unmarshal ${jsonKind(value)} into Go struct field ${path} of type ${goTypes[shape]}`,
    );
  }
  if ('list' in shape) {
    if (Array.isArray(value)) {
      return value.map((item, index) => decodeValue(item, shape.list, `${path}[${index}]`, findings));
    }
    throw new ConfigurationError(
      `json: cannot unmarshal ${jsonKind(value)} into Go struct field ${path} of a list type`,
    );
  }
  if (isObject(value)) return decodeFields(value, shape.fields, path, findings);
  throw new ConfigurationError(
    `json: cannot unmarshal ${jsonKind(value)} into Go struct field ${path} of a struct type`,
  );
}

function decodeFields(value: Tree, fields: Readonly<Record<string, Shape>>, path: string, findings: string[]): Tree {
  const result: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const place = path === '' ? name : `${path}.${name}`;
    const shape = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (shape === undefined) {
      findings.push(`unknown field "${place}"`);
      continue;
    }
    const decoded = decodeValue(item, shape, place, findings);
    if (decoded !== undefined) result[name] = decoded;
  }
  return result;
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

/** Nanoseconds of a duration as the milliseconds that clocks take. */
export function millisecondsOf(nanos: bigint): number {
  return Number(nanos / 1_000_000n);
}
