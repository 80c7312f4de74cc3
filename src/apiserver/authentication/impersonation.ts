/** Impersonation: a user that may `impersonate` acts as another (`kubectl --as`). Every part that is taken on is authorized. */

import { newBadRequest, newForbidden } from '#api/errors.ts';
import type { ApiRequest, UserInfo } from '#api/request.ts';
import type { AuthorizationAttributes, Authorizer } from '../authorizer.ts';
import { authenticatedGroup } from './chain.ts';

const extraPrefix = 'impersonate-extra-';

/** The user to go on with: the caller, or whom it impersonates. Throws Forbidden, or BadRequest for parts without a user. */
export async function impersonated(request: ApiRequest, caller: UserInfo, authorize: Authorizer): Promise<UserInfo> {
  const { headers } = request;
  const username = headers['impersonate-user'];
  const groups = list(headers['impersonate-group']);
  const uid = headers['impersonate-uid'];
  const extra: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(extraPrefix)) extra[decodeURIComponent(name.slice(extraPrefix.length))] = list(value);
  }
  if (!username) {
    if (groups.length > 0 || uid !== undefined || Object.keys(extra).length > 0) {
      throw newBadRequest('requested impersonation without impersonating a user');
    }
    return caller;
  }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username);
  const asked = [
    account
      ? { resource: 'serviceaccounts', namespace: account[1] ?? '', name: account[2] ?? '' }
      : { resource: 'users', name: username },
    ...groups.map((name) => ({ resource: 'groups', name })),
    ...(uid === undefined ? [] : [{ apiGroup: 'authentication.k8s.io', resource: 'uids', name: uid }]),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((name) => ({ apiGroup: 'authentication.k8s.io', resource: 'userextras', subresource: key, name })),
    ),
  ];
  for (const part of asked) {
    const attributes: AuthorizationAttributes = {
      user: caller,
      verb: 'impersonate',
      isResourceRequest: true,
      apiGroup: '',
      apiVersion: 'v1',
      subresource: '',
      namespace: '',
      path: request.path,
      ...part,
    };
    const { decision, reason } = await authorize(attributes);
    if (decision === 'allow') continue;
    const { resource, name, apiGroup, namespace } = attributes;
    const where = namespace === '' ? ' at the cluster scope' : ` in the namespace "${namespace}"`;
    const sentence = `User "${caller.username}" cannot impersonate resource "${resource}" in API group "${apiGroup}"${where}`;
    throw newForbidden({ group: apiGroup, resource }, name, reason ? `${sentence}: ${reason}` : sentence);
  }
  const own =
    account && groups.length === 0 ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`] : groups;
  const anonymous = username === 'system:anonymous';
  const implied = anonymous ? 'system:unauthenticated' : authenticatedGroup;
  return {
    username,
    groups: own.includes(implied) ? own : [...own, implied],
    ...(uid === undefined ? {} : { uid }),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

/** Repeated headers arrive joined by a comma and a space. */
function list(value: string | undefined): string[] {
  return value === undefined || value === '' ? [] : value.split(', ');
}
