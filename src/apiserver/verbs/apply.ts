/** Server-side apply: PATCH with a configuration. */

import { configurationFaults, faultsText } from '#api/apply/configuration-faults.ts';
import { converting } from '#api/apply/converting.ts';
import { apply } from '#api/apply/managed-fields.ts';
import { rootPlace } from '#api/apply/place.ts';
import { DecodeError } from '#api/codec/decode-error.ts';
import type { YamlDocument } from '#api/codec/yaml-decode.ts';
import { newBadRequest, newPlainError } from '#api/errors.ts';
import { goTypeOf } from '#api/go-format.ts';
import type { KubeObject } from '#api/object.ts';
import { isObject, type JsonObject } from '#api/patch/json-tree.ts';
import type { StructSchema } from '#api/schema/schema.ts';
import { deepFreeze } from '#base/edit.ts';
import type { CachedObject } from '../cache/cached-object.ts';
import type { RequestContext } from '../context.ts';
import type { DecodedBody, KindCodec } from '../registry/kind-codec.ts';
import { isTrue } from '../request/request-info.ts';
import type { WriteOptions } from '../request/write-options.ts';
import { type BytesBody, yamlDocument } from '../request/yaml-body.ts';
import {
  converterOf,
  explicitTree,
  managersShown,
  managersStored,
  setManagers,
  storedManagers,
  storedTree,
  withoutManagedFields,
  writerOf,
} from './managed.ts';
import { settled, unwrapped } from './settled.ts';
import { type UpdateResult, updateObject } from './update.ts';
import { viewOf } from './view.ts';
import {
  applyDefaults,
  asMutable,
  checkSize,
  ensureNamespace,
  ensurePatchedName,
  isStatus,
  type MutableObject,
  othersTurn,
  warningsOf,
} from './write.ts';

/** Throws 400 for what is no configuration of the kind, 409 for conflicts, and what writing throws. */
export async function applyConfiguration(context: RequestContext, options: WriteOptions): Promise<UpdateResult> {
  const { resource, info, request } = context;
  const view = viewOf(context);
  const { codec, apiVersion, kind } = view ?? { ...resource, kind: resource.definition.kind };
  const read = settled(() => {
    const parsed = parseConfiguration(context);
    context.audit?.requestPatch(() => JSON.stringify(parsed.configuration));
    checkConfiguration(parsed.configuration, apiVersion, kind, codec.schema);
    deepFreeze(parsed.configuration);
    return parsed;
  });
  const parsed = othersTurn(context);
  if (parsed) await parsed;
  const force = isTrue(request.query.get('force'));
  let warned = false;

  const make = (current?: KubeObject, cached?: CachedObject): MutableObject | Promise<MutableObject> => {
    const { configuration, duplicates } = unwrapped(read);
    const stored = storedManagers(current);
    const place = rootPlace(codec.schema);
    const empty = (): JsonObject => explicitTree(codec, codec.decodeTree({ apiVersion, kind }).object as KubeObject);
    const live = { object: current && cached ? shown(current, cached) : empty(), empty, place };
    const writer = writerOf(context, options, view);
    const work = apply(live, configuration, managersShown(context, view, stored), writer, force);
    const result = converting(work, converterOf(resource, context));
    const finish = ({ object, managers }: Awaited<typeof result>): MutableObject => {
      const tree = object ?? live.object;
      const draft = asMutable(decodeApplied(codec, tree, configuration).object, { apiVersion, kind });
      reportDuplicates(context, duplicates, options, warned);
      warned = true;
      ensureNamespace(context, draft);
      ensurePatchedName(draft, info.name);
      if (!view) applyDefaults(resource, draft);
      checkSize(context, draft);
      const written = view && current ? view.write(current, draft as KubeObject) : draft;
      setManagers(written, managersStored(context, view, stored, managers));
      return written;
    };
    const merged = othersTurn(context);
    if (merged) return merged.then(async () => finish(await result));
    return result instanceof Promise ? result.then(finish) : finish(result);
  };
  const shown = (current: KubeObject, cached: CachedObject): JsonObject => {
    if (view) return explicitTree(codec, withoutManagedFields(view.read(current)));
    const tree = storedTree(cached);
    if (isObject(tree.metadata)) delete tree.metadata.managedFields;
    return tree;
  };
  // Where a PUT may create, it may do so by the status too, and so may an apply.
  const mayCreate = info.subresource === '' || (resource.definition.allowCreateOnUpdate && isStatus(context));
  const create = mayCreate ? () => make() : undefined;
  return updateObject(context, options, { make, create, managed: true });
}

interface Configuration {
  readonly configuration: JsonObject;
  /** What strict decoding says of keys that are there twice. */
  readonly duplicates: readonly string[];
}

/** The applied configuration as a tree. Throws 400. */
function parseConfiguration({ request: { body } }: RequestContext): Configuration {
  if (body?.type === 'object') return { configuration: plainTree(body.object), duplicates: [] };
  const { value, strictErrors } = decodedYaml(body ?? { type: 'bytes', bytes: new Uint8Array(), contentType: '' });
  if (value === null || value === undefined) return { configuration: {}, duplicates: [] };
  if (isObject(value)) return { configuration: value, duplicates: strictErrors };
  const type = Array.isArray(value) ? 'array' : typeof value === 'number' ? 'number' : goTypeOf(value);
  throw newBadRequest(
    `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${type} into Go value of type map[string]interface {}`,
  );
}

function decodedYaml(body: BytesBody): YamlDocument {
  try {
    return yamlDocument(body);
  } catch (error) {
    if (error instanceof DecodeError)
      throw newBadRequest(`error decoding YAML: error converting YAML to JSON: ${error.message}`);
    throw error;
  }
}

/** A body of a caller in this process, without members that are undefined. */
function plainTree(object: unknown): JsonObject {
  return JSON.parse(JSON.stringify(object)) as JsonObject;
}

/** Throws 400 for another kind, 500 for what could not be merged, as upstream does. */
function checkConfiguration(
  configuration: JsonObject,
  apiVersion: string,
  kind: string,
  schema: StructSchema | undefined,
): void {
  if (configuration.apiVersion !== apiVersion || configuration.kind !== kind)
    throw newBadRequest(`invalid object type: ${kindText(configuration)}`);
  const { metadata } = configuration;
  if (isObject(metadata) && metadata.managedFields !== undefined && metadata.managedFields !== null)
    throw newBadRequest('metadata.managedFields must be nil');
  const faults = configurationFaults(configuration, rootPlace(schema));
  if (faults.length === 0) return;
  const subject = subjectOf(configuration);
  throw newPlainError(`failed to create typed patch object (${subject}): ${faultsText(faults)}`);
}

/** Upstream's decoder leaves nothing to find but values that a type cannot take. */
function decodeApplied(codec: KindCodec, tree: JsonObject, configuration: JsonObject): DecodedBody {
  try {
    return codec.decodeApplied(tree);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const cause = `unable to convert unstructured object to ${kindText(configuration)}: error decoding from json: ${error.message}`;
    throw newPlainError(`failed to convert new object (${subjectOf(configuration)}) to proper version: ${cause}`);
  }
}

function subjectOf(configuration: JsonObject): string {
  const { name = '', namespace = '' } = isObject(configuration.metadata) ? configuration.metadata : {};
  return `${String(namespace)}/${String(name)}; ${kindText(configuration)}`;
}

/** '/v1, Kind=ConfigMap' */
function kindText({ apiVersion, kind }: JsonObject): string {
  const version = typeof apiVersion === 'string' ? apiVersion : '';
  return `${version.includes('/') ? version : `/${version}`}, Kind=${typeof kind === 'string' ? kind : ''}`;
}

/** Keys that are there twice are refused or warned of, once the configuration was found to apply. */
function reportDuplicates(
  context: RequestContext,
  duplicates: readonly string[],
  { fieldValidation }: WriteOptions,
  warned: boolean,
): void {
  if (duplicates.length === 0 || fieldValidation === 'Ignore') return;
  if (fieldValidation === 'Strict')
    throw newBadRequest(`error strict decoding YAML: error converting YAML to JSON: ${duplicates.join(', ')}`);
  if (!warned) context.warnings.push(...duplicates.flatMap(warningsOf));
}
