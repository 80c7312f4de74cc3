/** Conversions of answers that a client may ask for by Accept: Table (kubectl get) and metadata only. */

import { apiVersionOf } from '#api/definition.ts';
import { newBadRequest, newNotConvertible } from '#api/errors.ts';
import { fieldErrorText, invalid } from '#api/field-error.ts';
import type { KubeObject } from '#api/object.ts';
import type { ApiResponse, EncodedObject } from '#api/request.ts';
import type { RequestContext } from '../context.ts';
import { type Conversion, negotiate } from '../wire/accept.ts';
import { PartialMetadata } from './partial-metadata.ts';
import { isIncludePolicy, scaleColumns, TableMaker } from './table.ts';

type ListMetadata = Extract<ApiResponse, { readonly type: 'list' }>['metadata'];

export function transform(context: RequestContext, response: ApiResponse): ApiResponse {
  const accept = context.request.headers.accept;
  if (!accept?.includes('as=')) return response;
  const { resource, info } = context;
  const as = negotiate(accept, resource.offerOf(info.subresource))?.as;
  if (!as) return response;
  switch (as.kind) {
    case 'Table':
      return toTable(context, response, as);
    case 'PartialObjectMetadata':
      if (response.type === 'list') throw misshapen(context, response, as, 'is a list');
      return toPartial(context, response, as);
    case 'PartialObjectMetadataList':
      if (response.type === 'object' && !isStatus(response.body))
        throw misshapen(context, response.body.object, as, 'is not a list');
      return toPartial(context, response, as);
  }
}

function misshapen(
  { resource }: RequestContext,
  answer: Pick<KubeObject, 'apiVersion' | 'kind'>,
  { kind }: Conversion,
  what: string,
): Error {
  // Objects that are shown in another form have the type of their own.
  const { storedAs } = resource.definition;
  const apiVersion = storedAs ? apiVersionOf(storedAs.definition) : (answer.apiVersion ?? '');
  const [group = ''] = apiVersion.split(/[./]/, 1);
  const typed = `${group === 'v1' ? 'core' : group}.${answer.kind}`;
  const untyped = what === 'is a list' ? 'unstructured.UnstructuredList' : 'unstructured.Unstructured';
  const isTyped = !resource.isCustom || answer.kind === 'Scale';
  return newNotConvertible(`you requested ${kind}, but the requested object ${what} (*${isTyped ? typed : untyped})`);
}

function toPartial({ server }: RequestContext, response: ApiResponse, { version }: Conversion): ApiResponse {
  const partial = new PartialMetadata(`meta.k8s.io/${version}`, server.registry);
  switch (response.type) {
    case 'object':
      return isStatus(response.body) ? response : { ...response, body: partial.of(response.body) };
    case 'list':
      return {
        ...response,
        apiVersion: `meta.k8s.io/${version}`,
        kind: 'PartialObjectMetadataList',
        metadata: stated(response.metadata),
        items: response.items.map((item) => partial.of(item)),
        itemsOmitKind: false,
      };
    case 'watch':
      return { ...response, events: partial.watch(response.events) };
    default:
      return response;
  }
}

function toTable(context: RequestContext, response: ApiResponse, { version }: Conversion): ApiResponse {
  const { resource, request, server, info } = context;
  const include = request.query.get('includeObject') ?? '';
  if (!isIncludePolicy(include)) {
    const fault = invalid('includeObject', include, "must be 'Metadata', 'Object', 'None', or empty");
    throw newBadRequest(`Unable to convert to Table as requested: ${fieldErrorText(fault)}`);
  }
  const table = new TableMaker({
    apiVersion: `meta.k8s.io/${version}`,
    columns: info.subresource === 'scale' && !resource.isCustom ? scaleColumns : resource.definition.columns,
    include,
    nowMs: () => server.env.clock.now(),
  });
  switch (response.type) {
    case 'object':
      if (isStatus(response.body)) return response;
      return {
        ...response,
        body: table.of([response.body], versionOf(response.body)),
      };
    case 'list':
      return {
        type: 'object',
        status: 200,
        body: table.of(response.items, stated(response.metadata)),
        ...(response.headers ? { headers: response.headers } : {}),
      };
    case 'watch':
      return { ...response, events: table.watch(response.events) };
    default:
      return response;
  }
}

/** These have Go types, which leave out what is empty. */
function stated({ continue: next, ...rest }: ListMetadata): ListMetadata {
  return next ? { ...rest, continue: next } : rest;
}

function isStatus({ object }: EncodedObject): boolean {
  return object.kind === 'Status' && object.apiVersion === 'v1';
}

function versionOf({ object: { metadata } }: EncodedObject): ListMetadata {
  return metadata?.resourceVersion ? { resourceVersion: metadata.resourceVersion } : {};
}
