/** PATCH: JSON patch, merge patch, strategic merge patch, server-side apply. */

import { DecodeError, maxValues } from '#api/codec/decode-error.ts';
import { checkTree, parseJson } from '#api/codec/json-decode.ts';
import { jsonText } from '#api/codec/text.ts';
import { newBadRequest, newInvalid, newUnsupportedPatchType } from '#api/errors.ts';
import { invalid } from '#api/field-error.ts';
import { goText } from '#api/go-format.ts';
import type { KubeObject } from '#api/object.ts';
import type { ApiResponse } from '#api/request.ts';
import { sortedTree } from '#base/sorted-tree.ts';
import type { CachedObject } from '../cache/cached-object.ts';
import type { RequestContext } from '../context.ts';
import type { DecodedBody, KindCodec } from '../registry/kind-codec.ts';
import { parseWriteOptions, patchMediaType, type WriteOptions } from '../request/write-options.ts';
import { applyConfiguration } from './apply.ts';
import { explicitTree, storedTree } from './managed.ts';
import { type PatchType, patchTree } from './patch-tree.ts';
import { type UpdateResult, updateObject } from './update.ts';
import { type View, viewOf } from './view.ts';
import {
  applyDefaults,
  asMutable,
  checkSize,
  ensureNamespace,
  ensurePatchedName,
  type MutableObject,
  reportProblems,
} from './write.ts';

const patchTypes: Readonly<Record<string, PatchType | 'apply'>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

export async function patch(context: RequestContext): Promise<ApiResponse> {
  const type = patchTypeOf(context);
  const options = parseWriteOptions(context.request, 'PatchOptions');
  const view = viewOf(context);
  const result = await (type === 'apply'
    ? applyConfiguration(context, options, admissionOptions)
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
  // Operations of JSON patch name places of the JSON form, which says more than the view: empty structs.
  const treeOf = (current: KubeObject, cached: CachedObject): KubeObject =>
    view ? explicitTree(codec, view.read(current)) : storedTree(cached);
  const make = (current: KubeObject, cached: CachedObject): MutableObject => {
    const before = type === 'json' ? treeOf(current, cached) : view ? view.read(current) : current;
    const tree = patchTree(type, before, body, codec.strategicMerge === false ? undefined : codec.schema);
    const { object, problems } = decodePatched(codec, tree, options, () => {
      if (resource.definition.confidential) return '<secret contents redacted>';
      return type === 'strategic' ? goText(body) : JSON.stringify(sortedTree(tree));
    });
    // A second attempt finds the same again.
    if (!warned) reportProblems(context, problems, options);
    warned = true;
    const patched = asMutable(object, view ?? { apiVersion: resource.apiVersion, kind: resource.definition.kind });
    ensureNamespace(context, patched);
    ensurePatchedName(patched, context.info.name);
    if (!view?.ownKind) applyDefaults(resource, patched);
    checkSize(context, patched);
    return view ? view.write(current, patched) : patched;
  };
  return updateObject(context, options, { make, admissionOptions });
}

/** The patched tree as an object; what does not fit the kind is the fault of the patch, which is shown as upstream shows it: 422. */
function decodePatched(
  codec: KindCodec,
  tree: unknown,
  { fieldValidation }: WriteOptions,
  shown: () => string,
): DecodedBody {
  const refuse = (message: string): never => {
    throw newInvalid({ group: '', kind: '' }, '', [invalid('patch', shown(), message)]);
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

const admissionOptions = { kind: 'PatchOptions', apiVersion: 'meta.k8s.io/v1' };

/** The patch as a tree. Throws 400 for what cannot be read. */
function parseBody({ request }: RequestContext, type: PatchType): unknown {
  const { body } = request;
  if (body?.type === 'object') return body.object;
  try {
    const tree = parseJson(jsonText(body?.bytes ?? new Uint8Array()), maxValues);
    checkTree(tree);
    return tree;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw newBadRequest(type === 'strategic' ? error.message : `error decoding patch: ${error.message}`);
  }
}
