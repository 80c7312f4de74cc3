/** PATCH: JSON patch, merge patch, strategic merge patch, server-side apply. */

import { DecodeError } from '#api/codec/decode-error.ts';
import { decodeYaml } from '#api/codec/yaml-decode.ts';
import { newBadRequest, newNotFound, newUnsupportedMediaType } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { ApiResponse } from '#api/request.ts';
import { formatTime } from '#api/time.ts';
import { type Draft, deepFreeze } from '#base/edit.ts';
import { messageOf } from '#base/errors.ts';
import type { RequestContext } from '../context.ts';
import type { PatchType } from '../patcher.ts';
import { isTrue } from '../request/request-info.ts';
import { parseWriteOptions, type WriteOptions } from '../request/write-options.ts';
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
  const mediaType = (context.request.body?.contentType ?? '').split(';', 1)[0]?.trim() ?? '';
  const type = Object.hasOwn(patchTypes, mediaType) ? patchTypes[mediaType] : undefined;
  const { server } = context;
  if (!type || (type === 'apply' ? !server.fieldManager : !server.patcher)) {
    throw newUnsupportedMediaType(Object.keys(patchTypes));
  }
  return type;
}

function applyPatch(
  context: RequestContext,
  options: WriteOptions,
  type: PatchType,
  view: View | undefined,
): Promise<UpdateResult> {
  const body = parseBody(context);
  const { resource, server } = context;
  const codec = view?.codec ?? resource.codec;
  let warned = false;
  const make = (current: KubeObject): MutableObject => {
    const before = view ? view.read(current) : current;
    const tree = server.patcher?.patch(type, before, body, resource);
    const { object, problems } = codec.decode({ type: 'object', object: tree, contentType: 'application/json' });
    // A second attempt finds the same again.
    if (!warned) reportProblems(context, problems, options);
    warned = true;
    const patched = asMutable(object, view ?? { apiVersion: resource.apiVersion, kind: resource.definition.kind });
    ensureNamespace(context, patched);
    ensureName(patched, context.info.name);
    if (view) return view.write(current, patched);
    applyDefaults(resource, patched);
    return patched;
  };
  return updateObject(context, options, { make, admissionOptions });
}

const admissionOptions = { kind: 'PatchOptions', apiVersion: 'meta.k8s.io/v1' };

function applyConfiguration(
  context: RequestContext,
  options: WriteOptions,
  view: View | undefined,
): Promise<UpdateResult> {
  const { resource, server, info, request } = context;
  const { fieldManager } = server;
  if (!fieldManager) throw newNotFound(resource.name, info.name);
  const codec = view?.codec ?? resource.codec;
  const { object, problems } = codec.decode({
    type: 'object',
    object: parseBody(context),
    contentType: 'application/json',
  });
  reportProblems(context, problems, options);
  const configuration = asMutable(object, view ?? { apiVersion: resource.apiVersion, kind: resource.definition.kind });
  ensureNamespace(context, configuration);
  ensureName(configuration, info.name);
  deepFreeze(configuration);
  const write = {
    resource,
    manager: options.fieldManager,
    subresource: info.subresource,
    time: formatTime(server.env.clock.now()),
    force: isTrue(request.query.get('force')),
  };
  const make = (current: KubeObject | undefined): MutableObject => {
    const draft = asMutable(fieldManager.apply(current, configuration as KubeObject, write) as Draft<KubeObject>, {
      apiVersion: resource.apiVersion,
      kind: resource.definition.kind,
    });
    applyDefaults(resource, draft);
    return draft;
  };
  const create = info.subresource === '' ? () => make(undefined) : undefined;
  return updateObject(context, options, { make, create, managed: true, admissionOptions });
}

/** The patch as a tree. Throws 400 for what cannot be read. */
function parseBody({ request }: RequestContext): unknown {
  const { body } = request;
  if (!body) throw newBadRequest('error decoding patch: EOF');
  if (body.type === 'object') return body.object;
  try {
    const text = decoder.decode(body.bytes);
    return body.contentType.startsWith('application/apply-patch+yaml')
      ? decodeYaml(text).value
      : (JSON.parse(text) as unknown);
  } catch (error) {
    const cause = error instanceof DecodeError ? error.message : messageOf(error);
    throw newBadRequest(`error decoding patch: ${cause}`);
  }
}
