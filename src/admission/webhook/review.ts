/** AdmissionReview: the request that a webhook gets, and what its answer must be like (webhook/request/admissionreview.go). */

import { DecodeError } from '#api/codec/decode-error.ts';
import { decodeTree, parseJson } from '#api/codec/json-decode.ts';
import type { AdmissionResponse, AdmissionReview } from '#api/generated/admission-v1.ts';
import type { Status } from '#api/generated/meta-v1.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import { messageOf } from '#base/errors.ts';
import { shown } from '../shown.ts';
import type { Invocation } from './invocation.ts';

export type WebhookType = 'mutating' | 'validating';

/** The answer is no valid AdmissionReview. */
export class ReviewError extends Error {
  override readonly name = 'ReviewError';
}

/** The first of the webhook's versions that we speak. Throws ReviewError when there is none. */
export function reviewVersion(versions: readonly string[]): 'v1' | 'v1beta1' {
  for (const version of versions) if (version === 'v1' || version === 'v1beta1') return version;
  throw new ReviewError('webhook does not accept known AdmissionReview versions (v1, v1beta1)');
}

/** The review as a plain tree, ready to be printed. */
export async function reviewOf(
  { as }: Invocation,
  context: AdmissionContext,
  version: string,
  uid: string,
): Promise<object> {
  const { user, object, oldObject } = context;
  const subresource = context.subresource === '' ? {} : { subResource: context.subresource };
  const requestSubresource = context.subresource === '' ? {} : { requestSubResource: context.subresource };
  return {
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${version}`,
    request: {
      uid,
      kind: as?.kind ?? context.kind,
      resource: as?.resource ?? context.resource,
      ...subresource,
      requestKind: context.kind,
      requestResource: context.resource,
      ...requestSubresource,
      ...(context.name === '' ? {} : { name: context.name }),
      ...(context.namespace === '' ? {} : { namespace: context.namespace }),
      operation: context.operation,
      userInfo: {
        username: user.username,
        ...(user.uid ? { uid: user.uid } : {}),
        groups: user.groups,
        ...(user.extra ? { extra: user.extra } : {}),
      },
      object: await shown(object, context, as),
      oldObject: await shown(oldObject, context, as),
      dryRun: context.dryRun,
      options: Object.keys(context.options).length === 0 ? null : context.options,
    },
  };
}

/** Reads and checks the answer to the review `uid`. Throws ReviewError. */
export function readResponse(text: string, uid: string, version: string, type: WebhookType): AdmissionResponse {
  const review = parseReview(text);
  const { response } = review;
  if (!response) throw new ReviewError('webhook response was absent');
  const { patch, patchType } = response;
  if (version !== 'v1') {
    // v1beta1 neither checked the uid nor the patch's type.
    return type === 'mutating' && patch ? { ...response, patchType: 'JSONPatch' } : response;
  }
  if (response.uid !== uid) {
    throw new ReviewError(`expected response.uid="${uid}", got "${response.uid ?? ''}"`);
  }
  if (review.kind !== 'AdmissionReview' || review.apiVersion !== 'admission.k8s.io/v1') {
    throw new ReviewError(
      `expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${review.apiVersion ?? ''}, Kind=${review.kind ?? ''}`,
    );
  }
  if (type === 'validating') {
    if (patch) throw new ReviewError('validating webhook may not return response.patch');
    if (patchType !== undefined) throw new ReviewError('validating webhook may not return response.patchType');
    return response;
  }
  if (patch && patchType === undefined) {
    throw new ReviewError('webhook returned response.patch but not response.patchType');
  }
  if (!patch && patchType !== undefined) {
    throw new ReviewError('webhook returned response.patchType but not response.patch');
  }
  if (patchType === '') throw new ReviewError('webhook returned invalid response.patchType of ""');
  return response;
}

/** The Status of a refusal: never a success, never without a message (webhook/errors ToStatusErr), never with a code that HTTP cannot say. */
export function refusal(webhook: string, status: Status | undefined): Status {
  const denied = `admission webhook "${webhook}" denied the request`;
  const explanation = status?.message || status?.reason;
  const code = Math.max(status?.code ?? 0, 400);
  return {
    metadata: {},
    ...status,
    kind: 'Status',
    apiVersion: 'v1',
    status: !status?.status || status.status === 'Success' ? 'Failure' : status.status,
    message: explanation ? `${denied}: ${explanation}` : `${denied} without explanation`,
    code: code > 999 ? 500 : code,
  };
}

function parseReview(text: string): AdmissionReview {
  let tree: unknown;
  try {
    tree = parseJson(text);
  } catch (cause) {
    throw new ReviewError(`couldn't get version/kind; json parse error: ${messageOf(cause)}`, { cause });
  }
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) {
    throw new ReviewError("couldn't get version/kind; json parse error: not an object");
  }
  // Webhooks send the request back too, objects and all: nobody reads it.
  const { request: _request, ...review } = tree as { readonly request?: unknown };
  try {
    return decodeTree(reviewSchema, review).object as AdmissionReview;
  } catch (cause) {
    if (cause instanceof DecodeError) throw new ReviewError(cause.message, { cause });
    throw cause;
  }
}

/** Of v1; v1beta1 has the same fields. */
const reviewSchema = new SchemaRegistry([]).type('k8s.io/api/admission/v1', 'AdmissionReview');
