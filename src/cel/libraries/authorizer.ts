/**
 * authorizer.group('').resource('pods').namespace('x').check('create').allowed(): questions to the server's authorizer from expressions.
 *
 * An evaluation does not wait, but an authorizer may. So a question that cannot be answered at once ends the evaluation, and
 * withAuthorizer begins it again when the answer is there; expressions have no effects, and what they may cost allows two questions.
 */

import type { FieldSelector } from '#api/field-selector.ts';
import { parseFieldSelector } from '#api/field-selector.ts';
import type { Selector } from '#api/label-selector.ts';
import { parseLabelSelector, SelectorError } from '#api/label-selector.ts';
import { labelName, subdomainName } from '#api/name-format.ts';
import type { UserInfo } from '#api/request.ts';
import type { Library } from '../environment.ts';
import { addRanges, exactly, scaleRange } from '../range.ts';
import { listCreateCost, stringTraversalFactor, structCreateCost } from '../runtime-cost.ts';
import type { OpaqueType } from '../types.ts';
import { boolType, opaqueType, stringType } from '../types.ts';
import type { Result, Value } from '../values.ts';
import { CelError, OpaqueValue, sizeForCost } from '../values.ts';
import { nominal } from './costs.ts';
import type { Costs } from './declare.ts';
import { member } from './declare.ts';

/** What is asked, in the words of the API server's authorization attributes. */
export interface AuthorizationQuestion {
  readonly user: UserInfo;
  readonly verb: string;
  readonly isResourceRequest: boolean;
  readonly apiGroup: string;
  readonly apiVersion: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
  readonly labelSelector?: Selector | undefined;
  readonly fieldSelector?: FieldSelector | undefined;
}

export interface AuthorizationAnswer {
  readonly decision: 'allow' | 'deny' | 'no-opinion';
  readonly reason: string;
  /** What went wrong while it was decided. */
  readonly error?: string | undefined;
}

/** Answers at once; may throw what withAuthorizer catches. */
export type Ask = (question: AuthorizationQuestion) => AuthorizationAnswer;

/** The resource of a request: what the variable authorizer.requestResource stands for. */
export interface RequestResource {
  readonly apiGroup: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

export const authorizerType = opaqueType('kubernetes.authorization.Authorizer');
export const resourceCheckType = opaqueType('kubernetes.authorization.ResourceCheck');
const pathCheckType = opaqueType('kubernetes.authorization.PathCheck');
const groupCheckType = opaqueType('kubernetes.authorization.GroupCheck');
const decisionType = opaqueType('kubernetes.authorization.Decision');

/** The value of the variable `authorizer`: questions in the name of that user. */
export function authorizerValue(user: UserInfo, ask: Ask): Value {
  return new Authorizer({ user, ask });
}

/** The value of the variable `authorizer.requestResource`. */
export function requestResourceValue(user: UserInfo, ask: Ask, resource: RequestResource): Value {
  return new ResourceCheck({ user, ask }, { ...resource, fieldSelector: '', labelSelector: '' });
}

interface Asker {
  readonly user: UserInfo;
  readonly ask: Ask;
}

/** No two of these values are equal unless they are one: nothing compares them. */
abstract class AuthorizationValue extends OpaqueValue {
  abstract override readonly type: OpaqueType;

  equals(other: Value): boolean {
    return other === this;
  }
}

class Authorizer extends AuthorizationValue {
  readonly type = authorizerType;
  readonly asker: Asker;

  constructor(asker: Asker) {
    super();
    this.asker = asker;
  }
}

class PathCheck extends AuthorizationValue {
  readonly type = pathCheckType;
  readonly asker: Asker;
  readonly path: string;

  constructor(asker: Asker, path: string) {
    super();
    this.asker = asker;
    this.path = path;
  }
}

class GroupCheck extends AuthorizationValue {
  readonly type = groupCheckType;
  readonly asker: Asker;
  readonly apiGroup: string;

  constructor(asker: Asker, apiGroup: string) {
    super();
    this.asker = asker;
    this.apiGroup = apiGroup;
  }
}

interface ResourceParts extends RequestResource {
  /** '' for none. */
  readonly fieldSelector: string;
  readonly labelSelector: string;
}

class ResourceCheck extends AuthorizationValue {
  readonly type = resourceCheckType;
  readonly asker: Asker;
  readonly parts: ResourceParts;

  constructor(asker: Asker, parts: ResourceParts) {
    super();
    this.asker = asker;
    this.parts = parts;
  }

  with(changed: Partial<ResourceParts>): ResourceCheck {
    return new ResourceCheck(this.asker, { ...this.parts, ...changed });
  }
}

class Decision extends AuthorizationValue {
  readonly type = decisionType;
  readonly answer: AuthorizationAnswer;

  constructor(answer: AuthorizationAnswer) {
    super();
    this.answer = answer;
  }
}

function checkPath({ asker, path }: PathCheck, verb: string): Value {
  const question = { ...noResource, user: asker.user, verb, isResourceRequest: false, apiVersion: '', path };
  return new Decision(asker.ask(question));
}

const noResource = { apiGroup: '', resource: '', subresource: '', namespace: '', name: '' } as const;

function checkResource({ asker, parts }: ResourceCheck, verb: string): Value {
  const { fieldSelector, labelSelector, ...resource } = parts;
  const question = { ...resource, user: asker.user, verb, isResourceRequest: true, apiVersion: '*', path: '' };
  return new Decision(
    asker.ask({
      ...question,
      fieldSelector: parsedOrNone(fieldSelector, parseFieldSelector),
      labelSelector: parsedOrNone(labelSelector, parseLabelSelector),
    }),
  );
}

/** A selector that cannot be parsed asks for everything: the stricter question. */
function parsedOrNone<T>(text: string, parse: (text: string) => T): T | undefined {
  if (text === '') return undefined;
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}

function serviceAccount({ asker }: Authorizer, namespace: string, name: string): Result {
  if (subdomainName(name, false).length > 0) return new CelError('Invalid service account name');
  if (labelName(namespace, false).length > 0) return new CelError('Invalid service account namespace');
  const user: UserInfo = {
    username: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
  };
  return new Authorizer({ user, ask: asker.ask });
}

/** A check is dear, so that an expression can afford two. */
const checkCost = 350_000;
const check: Costs = { actualCost: () => checkCost, estimateCost: () => exactly(checkCost) };

/** A selector has a list of requirements, at most one for two characters, each with a list and a struct. */
const selectorCosts: Costs = {
  actualCost: ([, selector = null]) => selectorCost(exactly(sizeForCost(selector))).max,
  estimateCost(call) {
    const [selector] = call.args;
    return selector && selectorCost(call.sizeOf(selector));
  },
};

function selectorCost(length: { readonly min: number; readonly max: number }) {
  const parsing = scaleRange(length, stringTraversalFactor);
  const requirements = scaleRange(scaleRange(length, 0.5), listCreateCost + structCreateCost);
  return addRanges(exactly(listCreateCost), addRanges(parsing, requirements));
}

function part(name: 'subresource' | 'namespace' | 'name') {
  const implementation = (resource: ResourceCheck, text: string) => resource.with({ [name]: text });
  return {
    name,
    overloads: [
      member(`resourcecheck_${name}`, [resourceCheckType, stringType], resourceCheckType, implementation, nominal),
    ],
  };
}

export const authorizerLibrary: Library = {
  types: [authorizerType, pathCheckType, groupCheckType, resourceCheckType, decisionType],
  functions: [
    {
      name: 'path',
      overloads: [
        member(
          'authorizer_path',
          [authorizerType, stringType],
          pathCheckType,
          ({ asker }: Authorizer, path: string): Result =>
            path.trim() === '' ? new CelError('path must not be empty') : new PathCheck(asker, path),
          nominal,
        ),
      ],
    },
    {
      name: 'group',
      overloads: [
        member(
          'authorizer_group',
          [authorizerType, stringType],
          groupCheckType,
          ({ asker }: Authorizer, group: string) => new GroupCheck(asker, group),
          nominal,
        ),
      ],
    },
    {
      name: 'serviceAccount',
      overloads: [
        member(
          'authorizer_serviceaccount',
          [authorizerType, stringType, stringType],
          authorizerType,
          serviceAccount,
          nominal,
        ),
      ],
    },
    {
      name: 'resource',
      overloads: [
        member(
          'groupcheck_resource',
          [groupCheckType, stringType],
          resourceCheckType,
          ({ asker, apiGroup }: GroupCheck, resource: string): Result => {
            if (resource.trim() === '') return new CelError('resource must not be empty');
            return new ResourceCheck(asker, {
              ...noResource,
              apiGroup,
              resource,
              fieldSelector: '',
              labelSelector: '',
            });
          },
          nominal,
        ),
      ],
    },
    part('subresource'),
    part('namespace'),
    part('name'),
    {
      name: 'check',
      overloads: [
        member('pathcheck_check', [pathCheckType, stringType], decisionType, checkPath, check),
        member('resourcecheck_check', [resourceCheckType, stringType], decisionType, checkResource, check),
      ],
    },
    {
      name: 'errored',
      overloads: [
        member(
          'decision_errored',
          [decisionType],
          boolType,
          ({ answer }: Decision) => answer.error !== undefined,
          nominal,
        ),
      ],
    },
    {
      name: 'error',
      overloads: [
        member('decision_error', [decisionType], stringType, ({ answer }: Decision) => answer.error ?? '', nominal),
      ],
    },
    {
      name: 'allowed',
      overloads: [
        member(
          'decision_allowed',
          [decisionType],
          boolType,
          ({ answer }: Decision) => answer.decision === 'allow',
          nominal,
        ),
      ],
    },
    {
      name: 'reason',
      overloads: [
        member('decision_reason', [decisionType], stringType, ({ answer }: Decision) => answer.reason, nominal),
      ],
    },
  ],
};

/** Kubernetes 1.31 and later. */
export const authorizerSelectorsLibrary: Library = {
  functions: [
    {
      name: 'fieldSelector',
      overloads: [
        member(
          'authorizer_fieldselector',
          [resourceCheckType, stringType],
          resourceCheckType,
          (resource: ResourceCheck, fieldSelector: string) => resource.with({ fieldSelector }),
          selectorCosts,
        ),
      ],
    },
    {
      name: 'labelSelector',
      overloads: [
        member(
          'authorizer_labelselector',
          [resourceCheckType, stringType],
          resourceCheckType,
          (resource: ResourceCheck, labelSelector: string) => resource.with({ labelSelector }),
          selectorCosts,
        ),
      ],
    },
  ],
};
