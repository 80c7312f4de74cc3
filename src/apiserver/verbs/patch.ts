/** PATCH: JSON patch, merge patch, strategic merge patch, server-side apply. */

import { DecodeError } from '#api/codec/decode-error.ts';
import { checkTree, parseJson } from '#api/codec/json-decode.ts';
import { jsonText, yamlText } from '#api/codec/text.ts';
import { decodeYaml } from '#api/codec/yaml-decode.ts';
import { newBadRequest, newGenericFailure, newInvalid, newUnsupportedPatchType } from '#api/errors.ts';
import { invalid } from '#api/field-error.ts';
import type { KubeObject } from '#api/object.ts';
import { isObject } from '#api/patch/json-tree.ts';
import type { ApiResponse, RequestBody } from '#api/request.ts';
import { deepFreeze } from '#base/edit.ts';
import { messageOf } from '#base/errors.ts';
import type { RequestContext } from '../context.ts';
import type { DecodedBody, KindCodec } from '../registry/kind-codec.ts';
import { isTrue } from '../request/request-info.ts';
import { parseWriteOptions, patchMediaType, type WriteOptions } from '../request/write-options.ts';
import { applyConfigurationTo } from './managed.ts';
import { type PatchType, patchTree } from './patch-tree.ts';
import { type UpdateResult, updateObject } from './update.ts';
import { type View, viewOf } from './view.ts';
import { applyDefaults, asMutable, ensureName, ensureNamespace, type MutableObject, reportProblems } from './write.ts';

const patchTypes: Readonly<Record<string, PatchType | 'apply'>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

const decoder = new TextDecoder('utf-8', { fatal: true });

export async function patch(context: RequestContext): Promise<ApiResponse> {
  const type = patchTypeOf(context);
  const options = parseWriteOptions(context.request, 'PatchOptions');
  const view = viewOf(context);
  const result = await (type === 'apply'
    ? applyConfiguration(context, options, view)
    : applyPatch(context, options, type, view));
  const body = view ? view.encode(result.object.object) : result.object;
  return { type: 'object', status: result.created ? 201 : 200, body };
}

function patchTypeOf(context: RequestContext): PatchType | 'apply' {
  const mediaType = patchMediaType(context.request);
  const type = Object.hasOwn(patchTypes, mediaType) ? patchTypes[mediaType] : undefined;
  if (!type) {
    throw newUnsupportedPatchType();
  }
  return type;
}

function applyPatch(
  context: RequestContext,
  options: WriteOptions,
  type: PatchType,
  view: View | undefined,
): Promise<UpdateResult> {
  const body = parseBody(context, type);
  context.audit?.requestPatch(() => JSON.stringify(body));
  const { resource } = context;
  const codec = view?.codec ?? resource.codec;
  let warned = false;
  const make = (current: KubeObject): MutableObject => {
    const shown = view ? view.read(current) : current;
    // Operations of JSON patch name places of the JSON form, which says more than the view: empty structs.
    const before = type === 'json' ? (JSON.parse(decoder.decode(codec.encodeJson(shown))) as KubeObject) : shown;
    const tree = patchTree(type, before, body, codec.strategicMerge === false ? undefined : codec.schema);
    const { object, problems } = decodePatched(codec, tree, options);
    // A second attempt finds the same again.
    if (!warned) reportProblems(context, problems, options);
    warned = true;
    const patched = asMutable(object, view ?? { apiVersion: resource.apiVersion, kind: resource.definition.kind });
    ensureNamespace(context, patched);
    ensurePatchedName(patched, context.info.name);
    if (view) return view.write(current, patched);
    applyDefaults(resource, patched);
    return patched;
  };
  return updateObject(context, options, { make, admissionOptions });
}

/** The patched tree as an object; what does not fit the kind is the patch's fault: 422. */
function decodePatched(codec: KindCodec, tree: unknown, { fieldValidation }: WriteOptions): DecodedBody {
  const refuse = (message: string): never => {
    throw newInvalid({ group: '', kind: '' }, '', [invalid('patch', sortedText(tree), message)]);
  };
  try {
    const decoded = codec.decodeTree(tree);
    if (fieldValidation === 'Strict' && decoded.problems.length > 0) {
      refuse(`strict decoding error: ${decoded.problems.join(', ')}`);
    }
    return decoded;
  } catch (error) {
    if (error instanceof DecodeError) refuse(error.message);
    throw error;
  }
}

/** A patch must not take the name away. Throws 400. */
function ensurePatchedName(patched: MutableObject, name: string): void {
  if (!patched.metadata.name)
    throw newBadRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  ensureName(patched, name);
}

/** JSON with the members in order, as Go prints maps. */
function sortedText(tree: unknown): string {
  return JSON.stringify(tree, (_, value: unknown) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
}

const admissionOptions = { kind: 'PatchOptions', apiVersion: 'meta.k8s.io/v1' };

async function applyConfiguration(
  context: RequestContext,
  options: WriteOptions,
  view: View | undefined,
): Promise<UpdateResult> {
  const { resource, info, request } = context;
  const codec = view?.codec ?? resource.codec;
  const stated = parseConfiguration(context, options);
  const body: RequestBody = { type: 'object', object: stated, contentType: 'application/json' };
  const { object, problems } = codec.decode(body, ({ apiVersion, kind }) => {
    if (apiVersion === '' || kind === '') throw newBadRequest(`invalid object type: /${apiVersion}, Kind=${kind}`);
  });
  const configuration = asMutable(object, view ?? { apiVersion: resource.apiVersion, kind: resource.definition.kind });
  if (configuration.metadata.managedFields) throw newBadRequest('metadata.managedFields must be nil');
  ensureNamespace(context, configuration);
  ensureName(configuration, info.name);
  refuseUndeclared(configuration, problems);
  deepFreeze(configuration);
  const force = isTrue(request.query.get('force'));
  const make = (current: KubeObject | undefined): MutableObject => {
    const draft = applyConfigurationTo(context, current, configuration as KubeObject, options, force);
    applyDefaults(resource, draft);
    return draft;
  };
  const create = info.subresource === '' ? () => make(undefined) : undefined;
  return updateObject(context, options, { make, create, managed: true, admissionOptions });
}

/** The applied configuration as a tree; keys that it has twice are refused or warned of. Throws 400. */
function parseConfiguration(context: RequestContext, { fieldValidation }: WriteOptions): unknown {
  const { body } = context.request;
  if (body?.type === 'object') return body.object;
  try {
    const { value, strictErrors } = decodeYaml(yamlText(body?.bytes ?? new Uint8Array()));
    if (strictErrors.length > 0 && fieldValidation === 'Strict')
      throw newBadRequest(`error strict decoding YAML: ${strictErrors.join(', ')}`);
    if (fieldValidation === 'Warn') context.warnings.push(...strictErrors);
    return value;
  } catch (error) {
    if (error instanceof DecodeError || error instanceof TypeError)
      throw newBadRequest(`error decoding YAML: ${messageOf(error)}`);
    throw error;
  }
}

/** Nobody can own a field that the schema does not have, whatever fieldValidation says (structured-merge-diff, typed validation). */
function refuseUndeclared(configuration: MutableObject, problems: readonly string[]): void {
  const faults = problems.map((problem) => {
    const path = /^unknown field "(.*)"$/.exec(problem)?.[1];
    return path === undefined ? problem : `.${path}: field not declared in schema`;
  });
  if (faults.length === 0) return;
  const { name = '', namespace = '' } = configuration.metadata;
  const subject = `${namespace}/${name}; ${configuration.apiVersion}, Kind=${configuration.kind}`;
  const text = faults.length === 1 ? faults[0] : `errors:\n  ${faults.join('\n  ')}`;
  throw newGenericFailure(`failed to create typed patch object (${subject}): ${text}`);
}

/** The patch as a tree. Throws 400 for what cannot be read. */
function parseBody({ request }: RequestContext, type: PatchType): unknown {
  const { body } = request;
  if (body?.type === 'object') return body.object;
  try {
    const tree = parseJson(jsonText(body?.bytes ?? new Uint8Array()));
    checkTree(tree);
    return tree;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw newBadRequest(type === 'strategic' ? error.message : `error decoding patch: ${error.message}`);
  }
}
