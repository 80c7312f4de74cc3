/**
 * Impersonation: a user acts as another (`kubectl --as`), in one of several modes (KEP-5284, upstream: endpoints/filters/impersonation).
 *
 * The constrained modes ask two things: may the caller do *this* while impersonating (`impersonate-on:<mode>:<verb>` on what the request
 * asks for), and may it impersonate that identity (`impersonate:<mode>`). The old mode asks for `impersonate` on every part, and then
 * everything that the other may do can be done. The first mode that allows it decides; a refusal is that of the first mode that applies.
 */

import { checkDomainPrefixedPath } from '#api/domain-path.ts';
import { newBadRequest, newForbidden, type StatusError } from '#api/errors.ts';
import { type FieldError, fieldErrorText } from '#api/field-error.ts';
import { isDNS1123Subdomain } from '#api/name-format.ts';
import { type ApiRequest, headerValues, type UserInfo } from '#api/request.ts';
import type { Clock } from '#base/env.ts';
import { assert } from '#base/errors.ts';
import { ExpiringCache } from '#base/expiring-cache.ts';
import { anonymousUser } from '../authenticator.ts';
import { superuserGroup } from '../authorization/chain.ts';
import type { AuthorizationAttributes, Authorizer } from '../authorizer.ts';
import { attributesOf, forbiddenText } from '../request/attributes.ts';
import { parseRequestInfo } from '../request/request-info.ts';
import { authenticatedGroup } from './chain.ts';
import { ImpersonationMemory } from './impersonation-memory.ts';
import type { ImpersonationMetrics } from './impersonation-metrics.ts';
import { extraOf } from './request-header.ts';

const extraPrefix = 'impersonate-extra-';
const unauthenticatedGroup = 'system:unauthenticated';
const nodesGroup = 'system:nodes';
const authenticationGroup = 'authentication.k8s.io';
/** From so many parts on, the right to all of them is asked for first. */
const manyParts = 4;

/** Whom the headers ask for: what is not said is ''. */
export interface Wanted {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** What a request may go on as. */
export interface Impersonated {
  readonly user: UserInfo;
  readonly mode: ImpersonationMode;
  /** The verb whose right let it, where that is a constrained one: for the audit record. */
  readonly constraint: string | undefined;
}

/** Undefined where nobody is impersonated. Throws Forbidden, or BadRequest for parts without a user. */
export type Impersonate = (request: ApiRequest, caller: UserInfo) => Impersonated | undefined | Promise<Impersonated>;

export interface ImpersonationConfig {
  readonly authorize: Authorizer;
  readonly clock: Clock;
  /** Absent: nothing is measured. */
  readonly metrics?: ImpersonationMetrics | undefined;
}

export function createImpersonation({ authorize, clock, metrics }: ImpersonationConfig): Impersonate {
  const measured = metrics ? metrics.measuring(authorize) : authorize;
  const memories = new Map(modes.map((mode) => [mode, new ImpersonationMemory(clock)]));
  // Whoever impersonates mostly does it in one way: that is tried first.
  const lastModes = new ExpiringCache<Mode>(clock, maxCallers);
  return (request, caller) => {
    const wanted = wantedUser(request);
    return wanted && actAs(wanted, request, caller);
  };

  async function actAs(wanted: Wanted, request: ApiRequest, caller: UserInfo): Promise<Impersonated> {
    const info = parseRequestInfo(request);
    assert(info, 'the path was parsed before');
    const asked = attributesOf(request, info, caller);
    const last = lastModes.get(caller.username);
    const tried = last ? [last, ...modes.filter((mode) => mode !== last)] : modes;
    let refusal: unknown;
    for (const mode of tried) {
      if (!mode.applies(wanted, caller)) continue;
      const memory = memories.get(mode) as ImpersonationMemory;
      try {
        const user = await mode.impersonate(wanted, asked, measured, memory);
        if (mode !== last) lastModes.set(caller.username, mode, Number.POSITIVE_INFINITY);
        return { user, mode: mode.name, constraint: mode.name === 'legacy' ? undefined : `impersonate:${mode.name}` };
      } catch (error) {
        refusal ??= error;
      }
    }
    throw refusal;
  }
}

const maxCallers = 10_000;

function wantedUser(request: ApiRequest): Wanted | undefined {
  const { headers } = request;
  const username = headers['impersonate-user'] ?? '';
  const uid = headers['impersonate-uid'] ?? '';
  const groups = headerValues(request, 'impersonate-group');
  let asksExtra = false;
  for (const name in headers) asksExtra ||= name.startsWith(extraPrefix);
  if (username === '' && uid === '' && groups.length === 0 && !asksExtra) return undefined;
  const wanted = { username, uid, groups, extra: asksExtra ? extraOf(request, [extraPrefix]) : {} };
  if (username !== '') return wanted;
  throw newBadRequest(`requested ${goText(wanted)} without impersonating a user name`);
}

/** As Go prints a user.DefaultInfo with %#v. */
function goText({ username, uid, groups, extra }: Wanted): string {
  const list = (values: readonly string[]) =>
    values.length === 0 ? '[]string(nil)' : `[]string{${values.map((value) => JSON.stringify(value)).join(', ')}}`;
  const entries = Object.entries(extra).map(([key, values]) => `${JSON.stringify(key)}:${list(values)}`);
  const extras = entries.length === 0 ? 'map[string][]string(nil)' : `map[string][]string{${entries.join(', ')}}`;
  return `&user.DefaultInfo{Name:${JSON.stringify(username)}, UID:${JSON.stringify(uid)}, Groups:${list(groups)}, Extra:${extras}}`;
}

export type ImpersonationMode = 'associated-node' | 'arbitrary-node' | 'serviceaccount' | 'user-info' | 'legacy';

interface Mode {
  readonly name: ImpersonationMode;
  applies(wanted: Wanted, caller: UserInfo): boolean;
  impersonate(
    wanted: Wanted,
    asked: AuthorizationAttributes,
    authorize: Authorizer,
    memory: ImpersonationMemory,
  ): Promise<UserInfo>;
}

const modes: readonly Mode[] = [
  {
    ...constrained(
      'associated-node',
      (wanted) => ({ ...wanted, user: associatedKeys(wanted.user), ...anyNode(wanted) }),
      // The right is one to the own node, whichever that is: so is what is remembered.
      'system:node:*',
    ),
    applies: (wanted, caller) => {
      const node = onlyName(wanted) ? nodeName(wanted.username) : undefined;
      const own = caller.extra?.['authentication.kubernetes.io/node-name'];
      return (
        node !== undefined && serviceAccount(caller.username) !== undefined && own?.length === 1 && own[0] === node
      );
    },
  },
  {
    ...constrained('arbitrary-node'),
    applies: (wanted) => onlyName(wanted) && nodeName(wanted.username) !== undefined,
  },
  {
    ...constrained('serviceaccount'),
    applies: (wanted) => onlyName(wanted) && serviceAccount(wanted.username) !== undefined,
  },
  {
    ...constrained('user-info'),
    applies: ({ username }) => nodeName(username) === undefined && serviceAccount(username) === undefined,
  },
  {
    name: 'legacy',
    applies: () => true,
    impersonate: (wanted, { user }, authorize) => checkIdentity(wanted, user, 'impersonate', false, authorize),
  },
];

/** `seen` is what authorizers get to see of a question of this mode; `username` whom memory knows it by, if not by its name. */
function constrained(
  name: Exclude<ImpersonationMode, 'legacy'>,
  seen: (attributes: AuthorizationAttributes) => AuthorizationAttributes = (attributes) => attributes,
  username?: string,
): Pick<Mode, 'name' | 'impersonate'> {
  return {
    name,
    async impersonate(wanted, asked, authorize, memory) {
      const narrowed: Authorizer = (attributes) => authorize(seen(attributes));
      const known = username === undefined ? wanted : { ...wanted, username };
      const { user: caller } = seen(asked);
      const whole = memory.keyOf(known, caller, asked);
      const identity = memory.keyOf(known, caller);
      const remembered = memory.get(whole);
      if (remembered) return { ...remembered, username: wanted.username };
      await check({ ...asked, verb: `impersonate-on:${name}:${asked.verb}` }, narrowed);
      const user =
        memory.get(identity) ?? (await checkIdentity(wanted, asked.user, `impersonate:${name}`, true, narrowed));
      memory.set(identity, user);
      memory.set(whole, user);
      return { ...user, username: wanted.username };
    },
  };
}

/** The right to one's own node is one to all nodes: which it is follows from the token. */
function anyNode({ verb, name }: AuthorizationAttributes): Pick<AuthorizationAttributes, 'name'> {
  return { name: verb === 'impersonate:associated-node' ? '*' : name };
}

/** Authorizers see which extra keys the caller has, and not which pod: the answer must hold for all pods of the node. */
function associatedKeys(user: UserInfo): UserInfo {
  const keys = Object.keys(user.extra ?? {}).sort();
  return { ...user, extra: { 'authentication.kubernetes.io/associated-node-keys': keys } };
}

/** May the caller take on every part of the identity; throws Forbidden for the first that it may not. */
async function checkIdentity(
  wanted: Wanted,
  caller: UserInfo,
  verb: string,
  isConstrained: boolean,
  authorize: Authorizer,
): Promise<UserInfo> {
  const named = isConstrained ? authenticationGroup : '';
  const question = (apiGroup: string, resource: string, name: string, more: Partial<AuthorizationAttributes> = {}) => ({
    user: caller,
    verb,
    isResourceRequest: true,
    apiGroup,
    apiVersion: 'v1',
    resource,
    subresource: '',
    namespace: '',
    name,
    path: '',
    ...more,
  });
  let { groups } = wanted;
  const account = serviceAccount(wanted.username);
  const node = isConstrained ? nodeName(wanted.username) : undefined;
  if (account) {
    const { namespace, name } = account;
    await check(question(named, 'serviceaccounts', name, { namespace }), authorize);
    if (groups.length === 0) groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  } else if (node !== undefined) {
    await check(question(named, 'nodes', node), authorize);
    groups = [nodesGroup];
  } else await check(question(named, 'users', wanted.username), authorize);
  if (wanted.uid !== '') await check(question(authenticationGroup, 'uids', wanted.uid), authorize);
  if (isConstrained)
    refuseUnsafe(wanted, question(named, 'groups', ''), question(authenticationGroup, 'userextras', ''));
  const parts = {
    groups: wanted.groups.map((name) => question(named, 'groups', name)),
    extra: Object.entries(wanted.extra).flatMap(([subresource, values]) =>
      values.map((name) => question(authenticationGroup, 'userextras', name, { subresource })),
    ),
  };
  const wildcards = {
    groups: question(named, 'groups', '*'),
    extra: question(authenticationGroup, 'userextras', '*', { subresource: '*' }),
  };
  for (const sort of ['groups', 'extra'] as const) {
    const many = isConstrained && parts[sort].length >= manyParts;
    if (many && (await decisionOf(wildcards[sort], authorize)).decision === 'allow') continue;
    for (const part of parts[sort]) await check(part, authorize);
  }
  return {
    username: wanted.username,
    groups: withImplied(wanted.username, groups),
    ...(wanted.uid === '' ? {} : { uid: wanted.uid }),
    ...(Object.keys(wanted.extra).length > 0 ? { extra: wanted.extra } : {}),
  };
}

function withImplied(username: string, groups: readonly string[]): readonly string[] {
  if (username === anonymousUser.username) {
    return groups.includes(unauthenticatedGroup) ? groups : [...groups, unauthenticatedGroup];
  }
  const complete = groups.includes(authenticatedGroup) || groups.includes(unauthenticatedGroup);
  return complete ? groups : [...groups, authenticatedGroup];
}

/** What no constrained mode lets anybody take on. */
function refuseUnsafe(wanted: Wanted, groups: AuthorizationAttributes, extras: AuthorizationAttributes): void {
  if (wanted.groups.includes('')) throw refused(groups, 'impersonating the empty string group is not allowed');
  if (wanted.groups.includes(superuserGroup)) {
    throw refused({ ...groups, name: superuserGroup }, 'impersonating the system:masters group is not allowed');
  }
  for (const [key, values] of Object.entries(wanted.extra)) {
    const fault = extraFault(key, values);
    if (fault !== undefined) throw refused(extras, fault);
  }
}

function extraFault(key: string, values: readonly string[]): string | undefined {
  if (key === '') return 'impersonating the empty string key in extra is not allowed';
  const errors: FieldError[] = [];
  checkDomainPrefixedPath(key, 'extra.key', errors);
  if (errors.length > 0) {
    const texts = errors.map(fieldErrorText);
    const text = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
    return `impersonating an invalid key in extra is not allowed: ${text}`;
  }
  if (key !== key.toLowerCase()) {
    return `impersonating a non-lowercase key in extra is not allowed: ${JSON.stringify(key)}`;
  }
  if (values.length === 0) return 'impersonating empty values in extra is not allowed';
  return values.includes('') ? 'impersonating the empty string value in extra is not allowed' : undefined;
}

async function check(attributes: AuthorizationAttributes, authorize: Authorizer): Promise<void> {
  const { decision, reason, error } = await decisionOf(attributes, authorize);
  if (decision === 'allow') return;
  throw refused(attributes, error !== undefined && reason !== '' ? `${error}: ${reason}` : (error ?? reason));
}

async function decisionOf(attributes: AuthorizationAttributes, authorize: Authorizer) {
  return authorize(attributes);
}

function refused(attributes: AuthorizationAttributes, reason: string): StatusError {
  const { apiGroup, resource, name } = attributes;
  const sentence = forbiddenText(attributes);
  return newForbidden({ group: apiGroup, resource }, name, reason === '' ? sentence : `${sentence}: ${reason}`);
}

function onlyName({ uid, groups, extra }: Wanted): boolean {
  return uid === '' && groups.length === 0 && Object.keys(extra).length === 0;
}

const nodePrefix = 'system:node:';

function nodeName(username: string): string | undefined {
  if (!username.startsWith(nodePrefix)) return undefined;
  const name = username.slice(nodePrefix.length);
  return isDNS1123Subdomain(name).length === 0 ? name : undefined;
}

function serviceAccount(username: string): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}
