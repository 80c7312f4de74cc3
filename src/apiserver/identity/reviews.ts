/**
 * Reviews: questions about who somebody is (TokenReview, SelfSubjectReview) and what somebody may do (the access reviews). They
 * are answered and not stored.
 */

import { newBadRequest, newInvalid } from '#api/errors.ts';
import type { FieldError } from '#api/field-error.ts';
import type { TokenReview } from '#api/generated/authentication-v1.ts';
import type { KubeObject } from '#api/object.ts';
import type { ApiResponse, UserInfo } from '#api/request.ts';
import { formatTime } from '#api/time.ts';
import { messageOf } from '#base/errors.ts';
import type {
  NonResourceAttributes,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  SubjectAccessReviewStatus,
} from '#kinds/generated/authorization-v1.ts';
import type { Action, Actions } from '../actions/action.ts';
import { withAuthenticatedGroup } from '../authentication/chain.ts';
import type { TokenAuthenticator } from '../authentication/tokens.ts';
import type { RulesResolver } from '../authorization/chain.ts';
import type { AuthorizationAttributes, Authorizer } from '../authorizer.ts';
import { PlainObject } from '../cache/cached-object.ts';
import type { RequestContext } from '../context.ts';
import { parseWriteOptions } from '../request/write-options.ts';
import { updateManagedFields } from '../verbs/managed.ts';
import { decodeObject, ensureNamespace, type MutableObject, wipeSystemFields } from '../verbs/write.ts';
import { accessErrors, localErrors, type MetadataPrinter, metadataErrors, resourceQuestion } from './access-review.ts';

export interface ReviewConfig {
  readonly authorize: Authorizer;
  readonly rules: RulesResolver;
  readonly token: TokenAuthenticator;
  readonly apiAudiences: readonly string[];
}

export function reviewActions(config: ReviewConfig): Actions {
  const { authorize } = config;
  return {
    'authentication.k8s.io/tokenreviews': reviewed((review) => reviewToken(config, review as TokenReview)),
    // These two answer with an object of their own: nothing of the question is in it.
    'authentication.k8s.io/selfsubjectreviews': reviewed((_, { user, server }) => ({
      metadata: { creationTimestamp: formatTime(server.env.clock.now()) },
      status: { userInfo: user },
    })),
    'authorization.k8s.io/selfsubjectrulesreviews': reviewed((review, { user }) =>
      reviewRules(config.rules, review as SelfSubjectRulesReview, user),
    ),
    'authorization.k8s.io/subjectaccessreviews': reviewed((review, context) => {
      const errors = [...accessErrors(review, true), ...metadataErrors(review, printer(context), 'must be empty', [])];
      return accessStatus(authorize, review as SubjectAccessReview, errors, subjectOf(review));
    }),
    'authorization.k8s.io/selfsubjectaccessreviews': reviewed((review, context) => {
      const errors = [...accessErrors(review, false), ...metadataErrors(review, printer(context), 'must be empty', [])];
      return accessStatus(authorize, review as SubjectAccessReview, errors, context.user);
    }),
    'authorization.k8s.io/localsubjectaccessreviews': reviewed((review, context) => {
      const { namespace } = context.info;
      const errors = [...accessErrors(review, true), ...localErrors(review, printer(context), namespace)];
      return accessStatus(authorize, review as SubjectAccessReview, errors, subjectOf(review));
    }),
  };
}

function printer({ resource: { codec } }: RequestContext): MetadataPrinter {
  return (metadata) => {
    const printed = new TextDecoder().decode(codec.encodeJson({ metadata } as KubeObject));
    return (JSON.parse(printed) as KubeObject).metadata;
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
    ensureNamespace(context, draft);
    wipeSystemFields(draft);
    updateManagedFields(context, undefined, draft, options);
    const object = { ...draft, ...(await review(draft as KubeObject, context)) } as KubeObject;
    const { codec } = resource;
    return {
      type: 'object',
      status: 201,
      body: new PlainObject(object, (value) => codec.encodeJson(value), codec.encodeProtobuf),
    };
  };
}

/** What the review has as its status already stays where nothing is found, as upstream does it. */
async function reviewToken(config: ReviewConfig, { spec, status }: TokenReview): Promise<Answer> {
  const token = spec?.token ?? '';
  if (token === '') throw newBadRequest('token is required for TokenReview in authentication');
  const audiences = spec?.audiences?.length ? spec.audiences : config.apiAudiences;
  try {
    const found = await config.token(token, audiences);
    if (!found) return refused(invalidToken);
    const user = withAuthenticatedGroup(found.user);
    return { status: { ...status, authenticated: true, user, audiences: found.audiences } };
  } catch (error) {
    return refused(`[${invalidToken}, ${messageOf(error)}]`);
  }

  function refused(error: string): Answer {
    const { authenticated: _authenticated, ...given } = status ?? {};
    return { status: { user: {}, ...given, error } };
  }
}

const invalidToken = 'invalid bearer token';

function subjectOf(review: KubeObject): UserInfo {
  const { spec } = review as SubjectAccessReview;
  return {
    username: spec?.user ?? '',
    groups: spec?.groups ?? [],
    ...(spec?.uid ? { uid: spec.uid } : {}),
    ...(spec?.extra ? { extra: spec.extra } : {}),
  };
}

async function accessStatus(
  authorize: Authorizer,
  { spec }: SubjectAccessReview,
  errors: readonly FieldError[],
  user: UserInfo,
): Promise<Answer> {
  // Upstream's internal object has no kind any more when its name is printed.
  if (errors.length > 0) throw newInvalid({ group: 'authorization.k8s.io', kind: '' }, '', errors);
  const { attributes, ignored } = spec?.resourceAttributes
    ? resourceQuestion(user, spec.resourceAttributes)
    : { attributes: pathQuestion(user, spec?.nonResourceAttributes ?? {}), ignored: [] };
  const { decision, reason, error } = await authorize(attributes);
  const evaluationError = [...(error === undefined ? [] : [error]), ...ignored].join('; ');
  const status: SubjectAccessReviewStatus = {
    allowed: decision === 'allow',
    ...(decision === 'deny' ? { denied: true } : {}),
    ...(reason ? { reason } : {}),
    ...(evaluationError === '' ? {} : { evaluationError }),
  };
  return { status };
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

async function reviewRules(resolve: RulesResolver, review: SelfSubjectRulesReview, user: UserInfo): Promise<Answer> {
  const namespace = review.spec?.namespace ?? '';
  if (namespace === '') throw newBadRequest('no namespace on request');
  const { rules, incomplete, error } = await resolve(user, namespace);
  return {
    metadata: {},
    spec: {},
    status: {
      resourceRules: rules
        .filter(({ resources }) => resources && resources.length > 0)
        .map(({ verbs, apiGroups, resources, resourceNames }) => ({
          verbs,
          apiGroups,
          resources,
          ...(resourceNames?.length ? { resourceNames } : {}),
        })),
      nonResourceRules: rules
        .filter(({ nonResourceURLs }) => nonResourceURLs && nonResourceURLs.length > 0)
        .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
      incomplete,
      ...(error === '' ? {} : { evaluationError: error }),
    },
  };
}
