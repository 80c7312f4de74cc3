/**
 * serviceaccounts/token: issues a bound token. Its life is between ten minutes and the server's limit; a pod's own token (an hour
 * and seven seconds, for the API) lives a year and warns after the hour, so that clients that never read it again keep
 * working (KEP-1205, upstream: pkg/registry/core/serviceaccount/storage/token.go).
 */

import { newBadRequest, newConflict, newInvalid, newNotFound } from '#api/errors.ts';
import { child, type FieldError, invalid } from '#api/field-error.ts';
import type { TokenRequest } from '#api/generated/authentication-v1.ts';
import type { KubeObject } from '#api/object.ts';
import { formatTime } from '#api/time.ts';
import type { Draft } from '#base/edit.ts';
import type { Env } from '#base/env.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import type { Action } from '../actions/action.ts';
import { type BoundObject, issueToken, type ServiceAccountKeys } from '../authentication/service-account.ts';
import { PlainObject } from '../cache/cached-object.ts';
import type { CollectionName, LiveObjects } from '../live-objects.ts';
import { admissionOptions, parseWriteOptions } from '../request/write-options.ts';
import { updateManagedFields } from '../verbs/managed.ts';
import { admissionContext, decodeObject, ensureNamespace } from '../verbs/write.ts';

export interface TokenRequestConfig {
  readonly keys: ServiceAccountKeys;
  readonly apiAudiences: readonly string[];
  readonly objects: LiveObjects;
  readonly env: Env;
}

const minSeconds = 600;
const maxSeconds = 2 ** 32;
const defaultSeconds = 3600;
/** What a kubelet asks for on behalf of a pod. */
const podTokenSeconds = 3607;
const yearSeconds = 365 * 24 * 3600;
const kind = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' } as const;
const apiVersion = 'authentication.k8s.io/v1';

const boundKinds: Readonly<Record<string, CollectionName>> = { Pod: '/pods', Node: '/nodes', Secret: '/secrets' };

export function tokenRequestAction({ keys, apiAudiences, objects, env }: TokenRequestConfig): Action {
  return async (context) => {
    const { info, server } = context;
    const options = parseWriteOptions(context.request, 'CreateOptions');
    const codec = server.registry.codecOf(kind.group, kind.version, kind.kind);
    if (!codec) throw newBadRequest('TokenRequest is not known here');
    const draft = decodeObject(context, codec, { apiVersion, kind: kind.kind }, options);
    const request = draft as unknown as Draft<TokenRequest>;
    ensureNamespace(context, draft);
    request.spec = { expirationSeconds: defaultSeconds, ...request.spec };
    const managing = updateManagedFields(context, undefined, draft, options, { apiVersion, codec });
    if (managing) await managing;
    const admission = admissionContext(context, 'CREATE', {
      object: draft,
      oldObject: undefined,
      dryRun: options.dryRun,
      options: admissionOptions('CreateOptions', options),
    });
    await server.admission.admit(admission);
    const { name: given = '', uid: wanted = '' } = draft.metadata;
    if (given !== '' && given !== info.name) {
      const detail = 'must match the service account name if specified';
      throw newInvalid(kind, info.name, [invalid('metadata.name', given, detail)]);
    }
    const account = await objects.getFresh('/serviceaccounts', info.namespace, info.name);
    if (!account) throw newNotFound({ group: '', resource: 'serviceaccounts' }, info.name);
    const { uid = '' } = account.metadata ?? {};
    if (wanted !== '' && wanted !== uid) {
      const cause = `the UID in the token request (${wanted}) does not match the UID of the service account (${uid})`;
      throw newConflict({ group: kind.group, resource: kind.kind }, info.name, cause);
    }
    draft.metadata = { ...draft.metadata, name: info.name, namespace: info.namespace, uid };
    const { expirationSeconds = defaultSeconds } = request.spec ?? {};
    const errors = validate(expirationSeconds);
    if (errors.length > 0) throw newInvalid(kind, '', errors);
    await server.admission.validate(admission);

    const audiences = request.spec?.audiences?.length ? request.spec.audiences : apiAudiences;
    const bound = await boundObject(objects, request, info.namespace, info.name);
    const extended =
      expirationSeconds === podTokenSeconds &&
      audiences.every((audience) => apiAudiences.includes(audience)) &&
      bound?.reference.kind === 'Pod';
    const issued = await issueToken(keys, env, {
      namespace: info.namespace,
      account: { name: info.name, uid },
      audiences,
      expirationSeconds: extended ? yearSeconds : expirationSeconds,
      ...(extended ? { warnAfterSeconds: expirationSeconds } : {}),
      bound: bound?.reference,
      node: bound?.node,
    });
    // Whoever asked for an hour is told an hour: it renews in time although the token would last.
    const told = extended ? env.clock.now() + expirationSeconds * 1000 : issued.expiresMs;
    const answer = {
      kind: kind.kind,
      apiVersion,
      metadata: { ...draft.metadata, creationTimestamp: formatTime(env.clock.now()) },
      spec: { ...request.spec, audiences, expirationSeconds },
      status: { token: issued.token, expirationTimestamp: formatTime(told) },
    } as KubeObject;
    const body = new PlainObject(answer, (object) => codec.encodeJson(object), codec.encodeProtobuf);
    return { type: 'object', status: 201, body };
  };
}

function validate(seconds: number): FieldError[] {
  const path = child('spec', 'expirationSeconds');
  if (seconds < minSeconds) return [invalid(path, seconds, 'may not specify a duration less than 10 minutes')];
  if (seconds > maxSeconds) return [invalid(path, seconds, 'may not specify a duration larger than 2^32 seconds')];
  return [];
}

interface Bound {
  readonly reference: BoundObject;
  readonly node: { readonly name: string; readonly uid?: string | undefined } | undefined;
}

async function boundObject(
  objects: LiveObjects,
  { spec }: TokenRequest,
  namespace: string,
  account: string,
): Promise<Bound | undefined> {
  const reference = spec?.boundObjectRef;
  if (!reference) return undefined;
  const { name = '', uid, apiVersion: ofVersion = '', kind: ofKind = '' } = reference;
  const [version = '', ofGroup = ''] = ofVersion.split('/').reverse();
  const collection = ofGroup === '' && Object.hasOwn(boundKinds, ofKind) ? boundKinds[ofKind] : undefined;
  if (!collection) {
    throw newBadRequest(`cannot bind token to object of type ${ofGroup}/${version}, Kind=${ofKind}`);
  }
  if (name === '') throw newBadRequest('Name parameter required.');
  const found = await objects.getFresh(collection, ofKind === 'Node' ? '' : namespace, name);
  if (!found) throw newNotFound({ group: '', resource: collection.slice(1) }, name);
  const actual = found.metadata?.uid ?? '';
  const pod = ofKind === 'Pod' ? (found as Pod) : undefined;
  if (pod && pod.spec?.serviceAccountName !== account) {
    throw newBadRequest(
      `cannot bind token for serviceaccount "${account}" to pod running with different serviceaccount name.`,
    );
  }
  if (uid && uid !== actual) {
    throw newConflict(
      { group: '', resource: ofKind },
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  const nodeName = pod?.spec?.nodeName;
  const node = nodeName
    ? { name: nodeName, uid: (await objects.getFresh('/nodes', '', nodeName))?.metadata?.uid }
    : undefined;
  return { reference: { kind: ofKind as BoundObject['kind'], name, uid: actual }, node };
}
