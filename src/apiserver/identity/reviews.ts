/**
 * Reviews: questions about who somebody is (TokenReview, SelfSubjectReview) and what somebody may do (the access reviews). They
 * are answered and not stored.
 */

import { newBadRequest, newInvalid } from '#api/errors.ts';
import { child, type FieldError, invalid, required } from '#api/field-error.ts';
import { parseFieldSelector } from '#api/field-selector.ts';
import type { TokenReview } from '#api/generated/authentication-v1.ts';
import { parseLabelSelector, selectorFromLabelSelector } from '#api/label-selector.ts';
import type { KubeObject } from '#api/object.ts';
import type { ApiResponse, UserInfo } from '#api/request.ts';
import { formatTime } from '#api/time.ts';
import type {
  NonResourceAttributes,
  ResourceAttributes,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
  SubjectAccessReviewStatus,
} from '#kinds/generated/authorization-v1.ts';
import type { Action, Actions } from '../actions/action.ts';
import { authenticatedGroup, type TokenAuthenticator } from '../authentication/chain.ts';
import type { ServiceAccountTokens } from '../authentication/service-account.ts';
import type { RbacAuthorizer } from '../authorization/rbac.ts';
import type { AuthorizationAttributes, Authorizer } from '../authorizer.ts';
import { PlainObject } from '../cache/cached-object.ts';
import type { RequestContext } from '../context.ts';
import { parseWriteOptions } from '../request/write-options.ts';
import { decodeObject, type MutableObject } from '../verbs/write.ts';

export interface ReviewConfig {
  readonly authorize: Authorizer;
  readonly rbac: RbacAuthorizer;
  readonly serviceAccounts: ServiceAccountTokens;
  /** Authenticators of other tokens: they know no audiences. */
  readonly otherTokens: readonly TokenAuthenticator[];
  readonly apiAudiences: readonly string[];
}

export function reviewActions(config: ReviewConfig): Actions {
  return {
    'authentication.k8s.io/tokenreviews': reviewed((review) => reviewToken(config, review as TokenReview)),
    'authentication.k8s.io/selfsubjectreviews': reviewed((_, { user, server }) => ({
      metadata: { creationTimestamp: formatTime(server.env.clock.now()) },
      status: { userInfo: user },
    })),
    'authorization.k8s.io/subjectaccessreviews': reviewed((review) => {
      const { spec } = review as SubjectAccessReview;
      requireSubject(review, spec);
      return accessStatus(config.authorize, review, spec, subjectOf(spec));
    }),
    'authorization.k8s.io/localsubjectaccessreviews': reviewed((review, { info }) => {
      const { spec } = review as SubjectAccessReview;
      requireSubject(review, spec);
      if (spec?.resourceAttributes?.namespace !== info.namespace) {
        throw newInvalid(kindOf(review), '', [
          invalid(
            'spec.resourceAttributes.namespace',
            spec?.resourceAttributes?.namespace,
            `must match metadata.namespace`,
          ),
        ]);
      }
      return accessStatus(config.authorize, review, spec, subjectOf(spec));
    }),
    'authorization.k8s.io/selfsubjectaccessreviews': reviewed((review, { user }) =>
      accessStatus(config.authorize, review, (review as SubjectAccessReview).spec, user),
    ),
    'authorization.k8s.io/selfsubjectrulesreviews': reviewed((review, { user }) =>
      reviewRules(config.rbac, review as SelfSubjectRulesReview, user),
    ),
  };
}

type Answer = Readonly<Record<string, unknown>>;
type Review = (review: KubeObject, context: RequestContext) => Answer | Promise<Answer>;

/** Decodes a review, lets it be answered, and sends it back with the answer in it. */
function reviewed(review: Review): Action {
  return async (context): Promise<ApiResponse> => {
    const { resource } = context;
    const options = parseWriteOptions(context.request, 'CreateOptions');
    const kind = { apiVersion: resource.apiVersion, kind: resource.definition.kind };
    const draft: MutableObject = decodeObject(context, resource.codec, kind, options);
    const answer = await review(draft as KubeObject, context);
    const object = { ...draft, ...answer } as KubeObject;
    const { codec } = resource;
    return {
      type: 'object',
      status: 201,
      body: new PlainObject(object, (value) => codec.encodeJson(value), codec.encodeProtobuf),
    };
  };
}

async function reviewToken(config: ReviewConfig, { spec }: TokenReview): Promise<Answer> {
  const token = spec?.token ?? '';
  if (token === '') throw newBadRequest('token is required for TokenReview in authentication');
  const audiences = spec?.audiences?.length ? spec.audiences : config.apiAudiences;
  try {
    const found = await config.serviceAccounts.review(token, audiences);
    if (found) {
      const user = withAuthenticated(found.user);
      return {
        status: { authenticated: true, user, ...(spec?.audiences?.length ? { audiences: found.audiences } : {}) },
      };
    }
    for (const authenticate of config.otherTokens) {
      const user = await authenticate(token);
      if (user) return { status: { authenticated: true, user: withAuthenticated(user) } };
    }
    return { status: { user: {} } };
  } catch (error) {
    const { cause } = error as Error;
    const text = cause instanceof Error ? cause.message : String(cause ?? error);
    return { status: { user: {}, error: `[invalid bearer token, ${text}]` } };
  }
}

function withAuthenticated(user: UserInfo): UserInfo {
  return { ...user, groups: [...user.groups, authenticatedGroup] };
}

function kindOf(review: KubeObject) {
  return { group: 'authorization.k8s.io', kind: review.kind ?? '' };
}

function subjectOf(spec: SubjectAccessReviewSpec | undefined): UserInfo {
  return {
    username: spec?.user ?? '',
    groups: spec?.groups ?? [],
    ...(spec?.uid ? { uid: spec.uid } : {}),
    ...(spec?.extra ? { extra: spec.extra } : {}),
  };
}

function requireSubject(review: KubeObject, spec: SubjectAccessReviewSpec | undefined): void {
  if (spec?.user || (spec?.groups?.length ?? 0) > 0) return;
  const errors = [
    ...attributeErrors(spec),
    required(child('spec', 'user'), 'at least one of user or group must be specified'),
  ];
  throw newInvalid(kindOf(review), '', errors);
}

function attributeErrors(spec: SubjectAccessReviewSpec | undefined): FieldError[] {
  const { resourceAttributes, nonResourceAttributes } = spec ?? {};
  const path = 'spec.resourceAttributes';
  if (resourceAttributes && nonResourceAttributes) {
    return [
      invalid(
        'spec.nonResourceAttributes',
        nonResourceAttributes,
        'cannot be specified in combination with resourceAttributes',
      ),
    ];
  }
  if (!resourceAttributes && !nonResourceAttributes) {
    return [invalid(path, null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified')];
  }
  return [];
}

async function accessStatus(
  authorize: Authorizer,
  review: KubeObject,
  spec: SubjectAccessReviewSpec | undefined,
  user: UserInfo,
): Promise<Answer> {
  const errors = attributeErrors(spec);
  if (errors.length > 0) throw newInvalid(kindOf(review), '', errors);
  const attributes = spec?.resourceAttributes
    ? resourceQuestion(user, spec.resourceAttributes)
    : pathQuestion(user, spec?.nonResourceAttributes ?? {});
  const { decision, reason } = await authorize(attributes);
  const status: SubjectAccessReviewStatus = {
    allowed: decision === 'allow',
    ...(decision === 'deny' ? { denied: true } : {}),
    ...(reason ? { reason } : {}),
  };
  return { status };
}

function resourceQuestion(user: UserInfo, asked: ResourceAttributes): AuthorizationAttributes {
  const { labelSelector, fieldSelector } = asked;
  return {
    user,
    isResourceRequest: true,
    verb: asked.verb ?? '',
    apiGroup: asked.group ?? '',
    apiVersion: asked.version ?? '',
    resource: asked.resource ?? '',
    subresource: asked.subresource ?? '',
    namespace: asked.namespace ?? '',
    name: asked.name ?? '',
    path: '',
    ...(labelSelector
      ? {
          labelSelector: labelSelector.rawSelector
            ? parseLabelSelector(labelSelector.rawSelector)
            : selectorFromLabelSelector({ matchExpressions: labelSelector.requirements ?? [] }),
        }
      : {}),
    ...(fieldSelector?.rawSelector ? { fieldSelector: parseFieldSelector(fieldSelector.rawSelector) } : {}),
  };
}

function pathQuestion(user: UserInfo, asked: NonResourceAttributes): AuthorizationAttributes {
  return {
    user,
    isResourceRequest: false,
    verb: asked.verb ?? '',
    path: asked.path ?? '',
    apiGroup: '',
    apiVersion: '',
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
  };
}

async function reviewRules(rbac: RbacAuthorizer, review: SelfSubjectRulesReview, user: UserInfo): Promise<Answer> {
  const namespace = review.spec?.namespace ?? '';
  if (namespace === '') throw newBadRequest('no namespace on request');
  const rules = await rbac.rulesFor(user, namespace);
  return {
    status: {
      resourceRules: rules
        .filter((rule) => (rule.resources?.length ?? 0) > 0)
        .map(({ verbs, apiGroups, resources, resourceNames }) => ({
          verbs,
          apiGroups,
          resources,
          ...(resourceNames?.length ? { resourceNames } : {}),
        })),
      nonResourceRules: rules
        .filter((rule) => (rule.nonResourceURLs?.length ?? 0) > 0)
        .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
      incomplete: false,
    },
  };
}
