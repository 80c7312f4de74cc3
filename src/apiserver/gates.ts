/**
 * What every request has to pass before it is carried out: who asks, as whom, when, and whether it may. Each gate is measured and told to
 * the audit record.
 */

import { newForbidden, newInternalError, newUnauthorized } from '#api/errors.ts';
import type { ApiRequest, UserInfo } from '#api/request.ts';
import type { Clock } from '#base/env.ts';
import type { Audit, RequestAudit } from './audit/audit.ts';
import { createImpersonation, type Impersonate, type Impersonated } from './authentication/impersonation.ts';
import type { Authenticator } from './authenticator.ts';
import type { AuthorizationAttributes, Authorizer, Decision } from './authorizer.ts';
import type { Exchange } from './exchange.ts';
import type { Fairness } from './fairness/fairness.ts';
import type { Admission } from './fairness/flow-schema-state.ts';
import { RequestRefused } from './fairness/refusal.ts';
import type { ApiServerMetrics } from './metrics.ts';
import type { Resource } from './registry/resource.ts';
import { attributesOf, forbiddenText } from './request/attributes.ts';
import { isLongRunning } from './request/long-running.ts';
import type { RequestInfo } from './request/request-info.ts';

/** One request on its way through the server. */
export interface Call {
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  /** Absent for paths outside of resources, and for resources that are not served here. */
  readonly resource: Resource | undefined;
  readonly exchange: Exchange;
  /** Of the monotonic clock. */
  readonly startedMs: number;
}

export interface GateConfig {
  readonly authenticate: Authenticator;
  readonly authorize: Authorizer;
  /** Callers may act as others, as far as their rights go. */
  readonly impersonates?: boolean;
  /** Absent: nothing is recorded. */
  readonly audit?: Audit;
}

/** Every gate throws the StatusError of its refusal, or rejects with it where it had to wait. */
export class Gates {
  private readonly config: GateConfig;
  private readonly clock: Clock;
  private readonly metrics: ApiServerMetrics;
  private readonly fairness: Fairness | undefined;
  private readonly actAs: Impersonate | undefined;

  /** Without `fairness` requests are executed as they come. */
  constructor(config: GateConfig, clock: Clock, metrics: ApiServerMetrics, fairness: Fairness | undefined) {
    this.config = config;
    this.clock = clock;
    this.metrics = metrics;
    this.fairness = fairness;
    const { authorize, impersonates } = config;
    if (impersonates) this.actAs = createImpersonation({ authorize, clock, metrics: metrics.impersonation });
  }

  authenticate(call: Call): UserInfo | Promise<UserInfo> {
    let user: ReturnType<Authenticator>;
    try {
      user = this.config.authenticate(call.request);
    } catch (error) {
      return this.unauthenticated(call, error);
    }
    if (!(user instanceof Promise)) return this.known(call, user);
    return user.then(
      (found) => this.known(call, found),
      (error: unknown) => this.unauthenticated(call, error),
    );
  }

  /** The credential is wrong. */
  private unauthenticated({ request, info, startedMs }: Call, error: unknown): never {
    this.metrics.authenticated(undefined, true, this.clock.monotonic() - startedMs);
    this.config.audit?.failedAuthentication(request, info, error);
    throw error;
  }

  /** Throws Unauthorized for nobody. */
  private known({ request, info, startedMs }: Call, user: UserInfo | undefined): UserInfo {
    this.metrics.authenticated(user, false, this.clock.monotonic() - startedMs);
    if (user) return user;
    const refusal = newUnauthorized();
    this.config.audit?.failedAuthentication(request, info, refusal);
    throw refusal;
  }

  /** Undefined where the caller acts for itself. */
  impersonate(request: ApiRequest, caller: UserInfo): ReturnType<Impersonate> {
    if (!this.actAs) return undefined;
    const startedMs = this.clock.monotonic();
    let impersonated: ReturnType<Impersonate>;
    try {
      impersonated = this.actAs(request, caller);
    } catch (error) {
      return this.refused(startedMs, error);
    }
    if (!(impersonated instanceof Promise)) return this.acting(startedMs, impersonated);
    return impersonated.then(
      (found) => this.acting(startedMs, found),
      (error: unknown) => this.refused(startedMs, error),
    );
  }

  private acting<T extends Impersonated | undefined>(startedMs: number, impersonated: T): T {
    const ms = this.clock.monotonic() - startedMs;
    this.metrics.passed('constrainedimpersonation', ms);
    if (impersonated) this.metrics.impersonation.attempted(impersonated.mode, ms);
    return impersonated;
  }

  private refused(startedMs: number, error: unknown): never {
    this.metrics.impersonation.attempted('', this.clock.monotonic() - startedMs);
    throw error;
  }

  /**
   * Waits for a seat, which the exchange gives back. Gives the milliseconds it took. The names of schema and level are not told: only their uids,
   * which those who may read them can look up.
   */
  seat(call: Call, user: UserInfo): number | Promise<number> {
    const { fairness } = this;
    const { request, info, resource } = call;
    if (!fairness || (isLongRunning(info) && info.verb !== 'watch')) return 0;
    const pending = fairness.admit(user, info, request, resource?.cache);
    return pending instanceof Promise
      ? pending.then((admission) => this.seated(call, fairness, admission))
      : this.seated(call, fairness, pending);
  }

  private seated({ request, info, resource, exchange }: Call, fairness: Fairness, admission: Admission): number {
    const { schema } = admission.item;
    exchange.headers = schema.headers;
    if (admission.state !== 'executing') {
      this.metrics.requests.dropped(request, info, resource);
      throw new RequestRefused(schema.level.dropped.retryAfterSeconds);
    }
    const waitedMs = admission.startedMs - admission.arrivedMs;
    this.metrics.passed('priorityandfairness', waitedMs);
    exchange.hold(() => fairness.finish(admission));
    return waitedMs;
  }

  authorize({ request, info }: Call, user: UserInfo, audit: RequestAudit | undefined): Promise<void> | undefined {
    const attributes = attributesOf(request, info, user);
    const startedMs = this.clock.monotonic();
    const verdict = this.config.authorize(attributes);
    if (verdict instanceof Promise)
      return verdict.then((decided) => this.judged(startedMs, decided, attributes, audit));
    this.judged(startedMs, verdict, attributes, audit);
    return undefined;
  }

  /** The second right of an update that makes its object: that to create it. It is no decision of its own for metrics and audit. */
  authorizeCreate({ request, info }: Call, user: UserInfo): Promise<void> | undefined {
    const attributes = attributesOf(request, { ...info, verb: 'create' }, user);
    const verdict = this.config.authorize(attributes);
    if (verdict instanceof Promise) return verdict.then((decided) => heed(decided, attributes, undefined));
    heed(verdict, attributes, undefined);
    return undefined;
  }

  private judged(
    startedMs: number,
    verdict: Decision,
    attributes: AuthorizationAttributes,
    audit: RequestAudit | undefined,
  ): void {
    this.metrics.authorized(verdict, this.clock.monotonic() - startedMs);
    heed(verdict, attributes, audit);
  }
}

/** Throws Forbidden, or InternalError where nobody could decide. */
function heed(
  { decision, reason, error }: Decision,
  attributes: AuthorizationAttributes,
  audit: RequestAudit | undefined,
): void {
  if (audit) {
    audit.annotate('authorization.k8s.io/decision', decision === 'allow' ? 'allow' : 'forbid');
    audit.annotate('authorization.k8s.io/reason', reason);
  }
  if (decision === 'allow') return;
  // An authorizer that could not decide is no verdict on the user.
  if (error !== undefined) throw newInternalError(error);
  const text = forbiddenText(attributes) + (reason === '' ? '' : `: ${reason}`);
  throw newForbidden({ group: attributes.apiGroup, resource: attributes.resource }, attributes.name, text);
}
