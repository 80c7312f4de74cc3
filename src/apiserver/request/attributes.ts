/** What a request asks for, as authorizers see it. */

import { everyField, exactMatch, type FieldSelector, parseFieldSelector } from '#api/field-selector.ts';
import { parseLabelSelector, type Selector } from '#api/label-selector.ts';
import type { ApiRequest, UserInfo } from '#api/request.ts';
import type { AuthorizationAttributes } from '../authorizer.ts';
import type { RequestInfo } from './request-info.ts';

/** Verbs whose selectors say what is asked for. */
const selecting = new Set(['list', 'watch', 'deletecollection']);

export function attributesOf(request: ApiRequest, info: RequestInfo, user: UserInfo): AuthorizationAttributes {
  const selects = selecting.has(info.verb);
  const labelSelector = selects ? selectedLabels(request) : undefined;
  const fieldSelector = selects ? selectedFields(request) : everyField;
  return {
    ...info,
    name: info.name || nameSelected(info, fieldSelector),
    user,
    fieldSelector,
    signal: request.signal,
    ...(labelSelector ? { labelSelector } : {}),
  };
}

/**
 * A list or watch of one object by name is about that object: rules with resourceNames allow it (RequestInfoFactory). Names that no path
 * could hold name nothing.
 */
function nameSelected({ verb }: RequestInfo, selector: FieldSelector): string {
  if ((verb !== 'list' && verb !== 'watch') || selector === everyField) return '';
  const name = exactMatch(selector, 'metadata.name') ?? '';
  return name === '.' || name === '..' || /[/%]/.test(name) ? '' : name;
}

/** What the request is limited to by its field selector; one that does not parse limits nothing, and is refused later. */
function selectedFields(request: ApiRequest): FieldSelector {
  const text = request.query.get('fieldSelector');
  if (!text) return everyField;
  try {
    return parseFieldSelector(text);
  } catch {
    return everyField;
  }
}

function selectedLabels(request: ApiRequest): Selector | undefined {
  const text = request.query.get('labelSelector');
  if (!text) return undefined;
  try {
    return parseLabelSelector(text);
  } catch {
    return undefined;
  }
}

/** Upstream's sentence (apiserver endpoints/handlers/responsewriters/errors.go). */
export function forbiddenText(attributes: AuthorizationAttributes): string {
  const { user, verb, path, apiGroup, namespace, isResourceRequest } = attributes;
  const subject = `User ${JSON.stringify(user.username)} cannot ${verb}`;
  if (!isResourceRequest) return `${subject} path ${JSON.stringify(path)}`;
  const resource = attributes.subresource ? `${attributes.resource}/${attributes.subresource}` : attributes.resource;
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope';
  return `${subject} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(apiGroup)} ${where}`;
}
