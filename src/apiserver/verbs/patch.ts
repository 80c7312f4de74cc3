/** PATCH: JSON patch, merge patch, strategic merge patch, server-side apply. */

import { DecodeError, maxValues } from '#api/codec/decode-error.ts';
import { checkTree, parseJson } from '#api/codec/json-decode.ts';
import { jsonText } from '#api/codec/text.ts';
import { newBadRequest, newInvalid, newUnsupportedMediaType, newUnsupportedPatchType } from '#api/errors.ts';
import { invalid } from '#api/field-error.ts';
import type { ManagedFieldsEntry } from '#api/generated/meta-v1.ts';
import { goText } from '#api/go-format.ts';
import type { KubeObject } from '#api/object.ts';
import { isObject } from '#api/patch/json-tree.ts';
import type { ApiResponse } from '#api/request.ts';
import type { Draft } from '#base/edit.ts';
import { sortedTree } from '#base/sorted-tree.ts';
import type { CachedObject } from '../cache/cached-object.ts';
import type { RequestContext } from '../context.ts';
import { type GivenType, typeOf } from '../registry/body-faults.ts';
import type { DecodedBody, KindCodec } from '../registry/kind-codec.ts';
import { parseWriteOptions, patchMediaType, type WriteOptions } from '../request/write-options.ts';
import { applyConfiguration } from './apply.ts';
import { explicitTree, storedTree } from './managed.ts';
import { type PatchType, patchTree } from './patch-tree.ts';
import { settled, unwrapped } from './settled.ts';
import { type UpdateResult, updateObject } from './update.ts';
import { type View, viewOf } from './view.ts';
import {
  applyDefaults,
  asMutable,
  checkSize,
  type ExpectedKind,
  ensureNamespace,
  ensurePatchedName,
  type MutableObject,
  otherKind,
  reportProblems,
  undeterminedName,
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
    ? applyConfiguration(context, options)
    : applyPatch(context, options, type, view));
  const body = view ? view.encode(result.object.object) : result.object;
  return { type: 'object', status: result.created ? 201 : 200, body };
}

function patchTypeOf({ request, resource }: RequestContext): PatchType | 'apply' {
  const mediaType = patchMediaType(request);
  const type = Object.hasOwn(patchTypes, mediaType) ? patchTypes[mediaType] : undefined;
  if (type && (type !== 'strategic' || !resource.isCustom)) return type;
  throw resource.isCustom
    ? newUnsupportedMediaType(Object.keys(patchTypes).filter((name) => patchTypes[name] !== 'strategic'))
    : newUnsupportedPatchType();
}

function applyPatch(
  context: RequestContext,
  options: WriteOptions,
  type: PatchType,
  view: View | undefined,
): Promise<UpdateResult> {
  const read = settled(() => parseBody(context, type));
  const sent = read.value;
  if (sent) context.audit?.requestPatch(() => JSON.stringify(sent.body));
  const { resource } = context;
  const expected = view ?? { apiVersion: resource.apiVersion, kind: resource.definition.kind };
  const codec = view?.codec ?? resource.codec;
  let warned = false;
  // Operations of JSON patch name places of the JSON form, which says more than the view: empty structs.
  const treeOf = (current: KubeObject, cached: CachedObject): KubeObject =>
    view ? explicitTree(codec, view.read(current)) : storedTree(cached);
  const make = (current: KubeObject, cached: CachedObject): MutableObject => {
    const { body, findings } = unwrapped(read);
    const before = type === 'json' ? treeOf(current, cached) : view ? view.read(current) : current;
    const { schema } = codec;
    const tree = patchTree(type, before, body, schema);
    const managers = managersIn(tree);
    // What a patch does not touch need not be read again, and of an object's metadata this is the most.
    const areKept = managers !== undefined && managers === managersIn(before);
    const checkKind = (given: GivenType): string | undefined =>
      type === 'strategic' || resource.isCustom ? undefined : patchedKindFault(context, given, expected);
    const changed = areKept ? withoutManagers(tree) : tree;
    const { object, problems } = decodePatched(codec, type, changed, findings, options, checkKind, () => {
      if (resource.definition.confidential) return '<secret contents redacted>';
      if (type === 'strategic') return goText(body);
      const whole = treeOf(current, cached);
      const patched = asPatched(patchTree(type, whole, body, schema), whole);
      // Custom resources are maps of Go.
      return JSON.stringify(resource.isCustom ? sortedTree(patched) : patched);
    });
    // A second attempt finds the same again.
    if (!warned) reportProblems(context, problems, options);
    warned = true;
    const patched = asMutable(object, expected);
    if (areKept) patched.metadata.managedFields = current.metadata?.managedFields as Draft<ManagedFieldsEntry[]>;
    ensureNamespace(context, patched);
    ensurePatchedName(patched, context.info.name);
    if (!view) applyDefaults(resource, patched);
    checkSize(context, patched);
    return view ? view.write(current, patched) : patched;
  };
  return updateObject(context, options, { make });
}

function managersIn(tree: unknown): unknown {
  return isObject(tree) && isObject(tree.metadata) ? tree.metadata.managedFields : undefined;
}

function withoutManagers(tree: unknown): unknown {
  const { metadata, ...rest } = tree as KubeObject;
  const { managedFields: _, ...others } = metadata ?? {};
  return { ...rest, metadata: others };
}

/** The patched tree as an object; what does not fit the kind is the fault of the patch, which is shown as upstream shows it: 422. */
function decodePatched(
  codec: KindCodec,
  type: PatchType,
  tree: unknown,
  findings: readonly string[],
  { fieldValidation }: WriteOptions,
  checkKind: (given: GivenType) => string | undefined,
  shown: () => string,
): DecodedBody {
  const refuse = (message: string): never => {
    throw newInvalid({ group: '', kind: '' }, '', [invalid('patch', shown(), message)]);
  };
  try {
    const fault = checkKind(typeOf(tree));
    if (fault !== undefined) refuse(fault);
    const decoded = codec.decodeTree(tree, type === 'strategic' ? 'strategic merge' : undefined);
    const problems = [...findings, ...decoded.problems];
    if (fieldValidation === 'Strict' && problems.length > 0) refuse(`strict decoding error: ${problems.join(', ')}`);
    return { ...decoded, problems };
  } catch (error) {
    if (error instanceof DecodeError) refuse(error.message);
    throw error;
  }
}

/** What is wrong with the kind that a patch made of the object's; throws 400 where nothing says what it is. */
function patchedKindFault(context: RequestContext, given: GivenType, expected: ExpectedKind): string | undefined {
  const { apiVersion } = given;
  if (apiVersion === '') throw undeterminedName(context.info.name);
  const kind = given.kind || expected.kind;
  if (kind === expected.kind && apiVersion === expected.apiVersion) return undefined;
  return otherKind(context, { apiVersion, kind }, expected);
}

/** A patched tree as upstream prints it: what the patch touched with its members in order, all else as it was. */
function asPatched(tree: unknown, before: unknown): unknown {
  if (tree === before) return tree;
  if (Array.isArray(tree)) {
    const elements: readonly unknown[] = Array.isArray(before) ? before : [];
    return tree.map((element, index) => asPatched(element, elements[index]));
  }
  if (!isObject(tree)) return tree;
  const old = isObject(before) ? before : {};
  const members = Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, asPatched(member, old[name])]));
}

interface ReadPatch {
  readonly body: unknown;
  /** What strict decoding says of the patch itself: keys that are there twice, fields that its operations do not have. */
  readonly findings: readonly string[];
}

/** The patch as a tree. Throws 400 for what cannot be read. */
function parseBody({ request }: RequestContext, type: PatchType): ReadPatch {
  const { body } = request;
  if (body?.type === 'object') return { body: body.object, findings: [] };
  try {
    const text = jsonText(body?.bytes ?? new Uint8Array());
    const tree = parseJson(text, maxValues);
    const repeated = checkTree(tree, text);
    return { body: tree, findings: type === 'json' ? operationFindings(tree, repeated) : repeated };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw newBadRequest(type === 'strategic' ? error.message : `error decoding patch: ${error.message}`);
  }
}

const operationFields = new Set(['op', 'from', 'path', 'value']);

/** Of the operations of a JSON patch, in their order. */
function operationFindings(operations: unknown, repeated: readonly string[]): readonly string[] {
  if (!Array.isArray(operations)) return [];
  const unknown = operations.flatMap((operation: unknown, position) =>
    isObject(operation)
      ? Object.keys(operation)
          .filter((field) => !operationFields.has(field))
          .map((field) => `unknown field "[${position}].${field}"`)
      : [],
  );
  return [...unknown, ...repeated]
    .map((text) => ({ text, position: Number(/"\[(\d+)\]/.exec(text)?.[1]) }))
    .sort((a, b) => a.position - b.position)
    .map(({ text }) => `json patch ${text}`);
}
