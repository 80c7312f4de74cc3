/** Dispatch: from a resource request to its verb, subresource or action. */

import type { Subresource } from '#api/definition.ts';
import {
  newBadName,
  newBadRequest,
  newMethodNotAllowed,
  newMethodNotAllowedOnPath,
  newNotFound,
  newPathNotFound,
  PageNotFound,
} from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { ApiResponse } from '#api/request.ts';
import type { Actions } from './actions/action.ts';
import type { RequestContext } from './context.ts';
import type { Resource } from './registry/resource.ts';
import type { RequestInfo } from './request/request-info.ts';
import { create } from './verbs/create.ts';
import { deleteOne } from './verbs/delete.ts';
import { deleteCollection } from './verbs/delete-collection.ts';
import { get } from './verbs/get.ts';
import { list } from './verbs/list.ts';
import { patch } from './verbs/patch.ts';
import { update } from './verbs/update.ts';
import { viewOf } from './verbs/view.ts';
import { watch } from './verbs/watch.ts';
import type { Route } from './wire/acceptable.ts';

/** Throws 404 and 405 for what the resource does not serve. */
export function dispatch(context: RequestContext, actions: Actions): Promise<ApiResponse> {
  const { resource, info } = context;
  checkScope(context);
  if (info.subresource !== '') return dispatchSubresource(context, actions);
  refuseHead(context);
  const { definition } = resource;
  const verb = info.verb as (typeof definition.verbs)[number];
  // Kinds that are only asked have no objects, and no paths of objects.
  if (info.name !== '' && !definition.stored && !definition.verbs.includes('get')) throw newPathNotFound();
  if (!definition.verbs.includes(verb)) {
    throw verb === 'watch' && definition.verbs.includes('list')
      ? newMethodNotAllowed(resource.name, verb)
      : methodNotAllowed(context);
  }
  if (!definition.stored) {
    const action = actions[`${definition.group}/${definition.plural}`];
    if (!action) throw methodNotAllowed(context);
    return action(context);
  }
  switch (verb) {
    case 'get':
      return get(context);
    case 'list':
      return list(context);
    case 'watch':
      return watch(context);
    case 'create':
      if (info.name !== '') throw newMethodNotAllowedOnPath();
      return create(context);
    case 'update':
      if (info.name === '') throw newMethodNotAllowedOnPath();
      return update(context);
    case 'patch':
      if (info.name === '') throw newMethodNotAllowedOnPath();
      return patch(context);
    case 'delete':
      return deleteOne(context);
    case 'deletecollection':
      return deleteCollection(context);
  }
}

function dispatchSubresource(context: RequestContext, actions: Actions): Promise<ApiResponse> {
  const { resource, info } = context;
  const { definition } = resource;
  const subresource: Subresource<KubeObject> | undefined = definition.subresources.find(
    ({ name }) => name === info.subresource,
  );
  if (!subresource || (info.trailing !== '' && subresource.name !== 'proxy')) {
    // Custom resources are served by a handler of their own, which finds nothing of that name.
    throw resource.isCustom ? newNotFound(resource.name, info.name) : newPathNotFound();
  }
  checkName(info.name);
  if (subresource.type === 'action') {
    const action = actions[`${definition.group}/${definition.plural}/${subresource.name}`];
    // A proxied request may have any method that the API knows, OPTIONS too; what the verb is called does not matter to it.
    if (subresource.name === 'proxy' && context.request.method === 'TRACE') throw newMethodNotAllowedOnPath();
    const served = subresource.name === 'proxy' || (subresource.verbs as readonly string[]).includes(info.verb);
    if (!action || !served) throw methodNotAllowed(context);
    return action(context);
  }
  refuseHead(context);
  const verb = info.verb as Subresource<KubeObject>['verbs'][number];
  if (!subresource.verbs.includes(verb)) throw methodNotAllowed(context);
  switch (verb) {
    case 'get':
      return subresource.type === 'view' ? getView(context) : get(context);
    case 'update':
      return update(context);
    case 'patch':
      return patch(context);
    default:
      throw methodNotAllowed(context);
  }
}

/** Upstream has routes of HEAD for proxies only; custom resources are served by their verb. */
function refuseHead({ request, resource }: RequestContext): void {
  if (request.method === 'HEAD' && !resource.isCustom) throw newMethodNotAllowedOnPath();
}

async function getView(context: RequestContext): Promise<ApiResponse> {
  const response = await get(context);
  const view = viewOf(context);
  return response.type === 'object' && view ? { ...response, body: view.encode(response.body.object) } : response;
}

/** What serves the path, as far as the answer's media type goes: a request that nothing serves is told so, whatever it accepts. */
export function routeOf({ name, subresource, verb }: RequestInfo, resource: Resource | undefined): Route {
  if (!resource) return 'none';
  const { definition, isCustom } = resource;
  const served: readonly string[] =
    subresource === ''
      ? definition.verbs.filter((each) => onOne.has(each) === (name !== ''))
      : (definition.subresources.find((each) => each.name === subresource && !connects.has(each.name))?.verbs ?? []);
  if (!served.includes(verb)) return 'none';
  return isCustom ? 'shared' : 'own';
}

const onOne: ReadonlySet<string> = new Set(['get', 'update', 'patch', 'delete']);
/** Their answers are streams of somebody else. */
const connects: ReadonlySet<string> = new Set(['attach', 'exec', 'portforward', 'proxy']);

/** A namespaced resource is reached below its namespace, except by reads over all; a cluster-scoped one never is (CVE-2019-11247). */
function checkScope({ resource, info }: RequestContext): void {
  if (info.subresource === '') checkName(info.name);
  const ownNamespace = resource.definition.plural === 'namespaces' && resource.definition.group === '';
  if (!resource.namespaced) {
    if (info.namespace !== '' && !ownNamespace) throw newPathNotFound();
    return;
  }
  if (info.namespace === '.' || info.namespace === '..')
    // Upstream: 500 with this text. What a client got wrong is no failure of the server.
    throw newBadRequest(
      `invalid key: "/${resource.definition.plural}/${info.namespace}${info.name && `/${info.name}`}"`,
    );
  if (info.namespace !== '') return;
  if (info.name !== '') throw resource.isCustom ? new PageNotFound() : newPathNotFound();
  // Without a namespace a collection can be read; creating needs one.
  if (!resource.definition.stored) throw newPathNotFound();
  if (info.verb === 'deletecollection' || info.verb === 'create') throw newMethodNotAllowedOnPath();
}

/** What no key may hold (apimachinery api/validation/path): names leave no prefix, whatever a store makes of dots. */
function checkName(name: string): void {
  if (name === '.' || name === '..') throw newBadName(name, `may not be '${name}'`);
  if (name.includes('%')) throw newBadName(name, "may not contain '%'");
}

const verbs = new Set(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection']);

function methodNotAllowed({ resource, info }: RequestContext): Error {
  return info.name === '' || info.subresource !== '' || !resource.definition.stored || !verbs.has(info.verb)
    ? newMethodNotAllowedOnPath()
    : newMethodNotAllowed(resource.name, info.verb);
}
