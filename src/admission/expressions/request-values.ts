/** A request as its expressions see it: plain JSON, as the matched kind shows the objects (apiserver admission/plugin/cel/condition.go). */

import type { KubeObject } from '#api/object.ts';
import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import { wrapDyn } from '#cel/json.ts';
import type { Ask } from '#cel/libraries/authorizer.ts';
import type { EquivalentResource, ServedResources } from '../served-resources.ts';
import { shown } from '../shown.ts';
import type { ActivationValues, Authority } from './activation.ts';

/** Without namespace and parameters. */
export async function requestValues(
  context: AdmissionContext,
  as: EquivalentResource | undefined,
  resources: ServedResources,
): Promise<ActivationValues> {
  const object = await shown(context.object, context, as);
  return {
    object: wrapDyn(object && resources.withStatus(as ?? context, object)),
    oldObject: wrapDyn(await shown(context.oldObject, context, as)),
    request: wrapDyn(admissionRequest(context, as)),
    namespaceObject: null,
    params: null,
  };
}

/** The AdmissionRequest without its objects; texts that are empty are absent. */
function admissionRequest(context: AdmissionContext, as: EquivalentResource | undefined): object {
  const { kind, resource, subresource, name, namespace, user, operation, dryRun, options } = context;
  return {
    uid: '',
    kind: as?.kind ?? kind,
    resource: as?.resource ?? resource,
    ...(subresource === '' ? {} : { subResource: subresource }),
    requestKind: kind,
    requestResource: resource,
    ...(subresource === '' ? {} : { requestSubResource: subresource }),
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    operation,
    userInfo: {
      ...(user.username === '' ? {} : { username: user.username }),
      ...(user.uid ? { uid: user.uid } : {}),
      ...(user.groups.length === 0 ? {} : { groups: user.groups }),
      ...(user.extra && Object.keys(user.extra).length > 0 ? { extra: user.extra } : {}),
    },
    dryRun,
    options: Object.keys(options).length === 0 ? null : options,
  };
}

/** Namespaces show neither their managers nor their owners. */
export function namespaceValue({ metadata, ...rest }: KubeObject) {
  const { managedFields: _managers, ownerReferences: _owners, ...visible } = metadata ?? {};
  const { apiVersion: _apiVersion, kind: _kind, ...content } = rest;
  return wrapDyn({ ...content, metadata: visible });
}

export function authorityOf(context: AdmissionContext, ask: Ask): Authority {
  const { user, resource, subresource, namespace, name } = context;
  return {
    user,
    ask,
    resource: { apiGroup: resource.group, resource: resource.resource, subresource, namespace, name },
  };
}
