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
import type { Authorizer } from './authorizer.ts';
import type { Exchange } from './exchange.ts';
import type { Fairness } from './fairness/fairness.ts';
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

/** Every gate throws the StatusError of its refusal. */
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

  async authenticate({ request, info, startedMs }: Call): Promise<UserInfo> {
    const { clock } = this;
    let user: UserInfo | undefined;
    try {
      user = await this.config.authenticate(request);
    } catch (error) {
      this.metrics.authenticated(undefined, true, clock.monotonic() - startedMs);
      this.config.audit?.failedAuthentication(request, info, error);
      throw error;
    }
    this.metrics.authenticated(user, false, clock.monotonic() - startedMs);
    if (user) return user;
    const refusal = newUnauthorized();
    this.config.audit?.failedAuthentication(request, info, refusal);
    throw refusal;
  }

  /** Undefined where the caller acts for itself. */
  async impersonate(request: ApiRequest, caller: UserInfo): Promise<Impersonated | undefined> {
    if (!this.actAs) return undefined;
    const { clock, metrics } = this;
    const startedMs = clock.monotonic();
    try {
      const impersonated = await this.actAs(request, caller);
      const ms = clock.monotonic() - startedMs;
      metrics.passed('constrainedimpersonation', ms);
      if (impersonated) metrics.impersonation.attempted(impersonated.mode, ms);
      return impersonated;
    } catch (error) {
      metrics.impersonation.attempted('', clock.monotonic() - startedMs);
      throw error;
    }
  }

  /**
   * Waits for a seat, which the exchange gives back. Gives the milliseconds it took. The names of schema and level are not told: only their uids,
   * which those who may read them can look up.
   */
  async seat({ request, info, resource, exchange }: Call, user: UserInfo): Promise<number> {
    const { fairness } = this;
    if (!fairness || (isLongRunning(info) && info.verb !== 'watch')) return 0;
    const pending = fairness.admit(user, info, request, resource?.cache);
    const admission = pending instanceof Promise ? await pending : pending;
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

  async authorize({ request, info }: Call, user: UserInfo, audit: RequestAudit | undefined): Promise<void> {
    const attributes = attributesOf(request, info, user);
    const { clock } = this;
    const startedMs = clock.monotonic();
    const pending = this.config.authorize(attributes);
    const verdict = pending instanceof Promise ? await pending : pending;
    this.metrics.authorized(verdict, clock.monotonic() - startedMs);
    const { decision, reason, error } = verdict;
    if (audit) {
      audit.annotate('authorization.k8s.io/decision', decision === 'allow' ? 'allow' : 'forbid');
      audit.annotate('authorization.k8s.io/reason', reason);
    }
    if (decision === 'allow') return;
    // An authorizer that could not decide is no verdict on the user.
    if (error !== undefined) throw newInternalError(error);
    const text = forbiddenText(attributes) + (reason === '' ? '' : `: ${reason}`);
    throw newForbidden({ group: info.apiGroup, resource: info.resource }, attributes.name, text);
  }
}
