/**
 * Audit: a record of each request that the policy wants, written at its stages to the sinks.
 *
 * A request that is not recorded costs the policy's look-up; bodies are put into JSON only at the levels that have them, so that what is
 * in a Secret never reaches a record of level Metadata.
 */

import type { Status } from '#api/generated/meta-v1.ts';
import type { KubeObject } from '#api/object.ts';
import type { ApiRequest, ApiResponse, EncodedObject, EncodedWatchEvent, UserInfo } from '#api/request.ts';
import { type Env, uuid } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { MetricsRegistry } from '#base/metrics.ts';
import { isLongRunning } from '../request/long-running.ts';
import type { RequestInfo } from '../request/request-info.ts';
import {
  type AuditFacts,
  auditEventJson,
  objectReferenceOf,
  sourceIPsOf,
  userAgentOf,
  withoutBodies,
} from './event.ts';
import type { AuditDecision, AuditStage, PolicyEvaluator } from './policy.ts';
import { responseJson, statusOfError, withoutManagedFields } from './response-json.ts';

/** Where records go. A sink that fails says so in its own log: a request is never refused for it. */
export interface AuditSink {
  readonly name: string;
  /** One event as a line of JSON, and how to get it without the bodies. Must not block and must not throw. */
  write(event: string, shortened: () => string): void;
  /** Resolves when everything that was written is out, or given up. */
  close(): Promise<void>;
}

export interface AuditConfig {
  readonly env: Env;
  readonly policy: PolicyEvaluator;
  readonly sinks: readonly AuditSink[];
}

/** What the request path tells of a request as it goes on. */
export interface RequestAudit {
  /** The first value of a key stays. */
  annotate(key: string, value: string): void;
  /** `constraint` is the right that let it, where that was a constrained one. */
  impersonated(user: UserInfo, constraint: string | undefined): void;
  /** The decoded body; `json` is called only at levels that record it. */
  requestObject(object: KubeObject, json: () => string): void;
  /** The body of a patch, as JSON. */
  requestPatch(json: () => string): void;
}

export class Audit {
  private readonly env: Env;
  private readonly policy: PolicyEvaluator;
  private readonly sinks: readonly AuditSink[];
  private events: { add(amount: number): void } | undefined;
  private levels: { add(amount: number, level: string): void } | undefined;

  constructor({ env, policy, sinks }: AuditConfig) {
    this.env = env;
    this.policy = policy;
    this.sinks = sinks;
  }

  /** Upstream's names (apiserver audit/metrics.go). */
  register(metrics: MetricsRegistry): void {
    this.events = metrics.counter(
      'apiserver_audit_event_total',
      'Audit events that were generated and sent to the audit backend.',
    );
    this.levels = metrics.counter('apiserver_audit_level_total', 'Requests by their level of audit.', ['level']);
  }

  /** Undefined for a request that is not recorded. */
  begin(request: ApiRequest, info: RequestInfo, user: UserInfo | undefined): RequestRecord | undefined {
    const decision = this.policy(info, user);
    this.levels?.add(1, decision.level);
    if (decision.level === 'None') return undefined;
    const query = request.query.toString();
    const facts: AuditFacts = {
      level: decision.level,
      auditID: request.auditId ?? uuid(this.env.random),
      requestURI: query === '' ? request.path : `${request.path}?${query}`,
      verb: info.verb,
      user,
      sourceIPs: sourceIPsOf(request),
      userAgent: userAgentOf(request),
      receivedMs: this.env.clock.now(),
      objectRef: objectReferenceOf(info),
      annotations: new Map(),
    };
    return new RequestRecord(facts, decision, isLongRunning(info), (stage) => this.emit(facts, decision, stage));
  }

  /** A request whose caller could not be told. */
  failedAuthentication(request: ApiRequest, info: RequestInfo, error: unknown): void {
    const record = this.begin(request, info, undefined);
    record?.refused({ ...statusOfError(error), message: triedCredentials(request) });
  }

  async close(): Promise<void> {
    await Promise.all(this.sinks.map((sink) => sink.close()));
  }

  private emit(facts: AuditFacts, { omitStages }: AuditDecision, stage: AuditStage): void {
    if (omitStages.has(stage)) return;
    const nowMs = this.env.clock.now();
    const event = auditEventJson(facts, stage, nowMs);
    this.events?.add(1);
    const shortened = () => auditEventJson(withoutBodies(facts), stage, nowMs);
    for (const sink of this.sinks) sink.write(event, shortened);
  }
}

/** Upstream's sentence (endpoints/filters/authn_audit.go). */
function triedCredentials({ headers, peer }: ApiRequest): string {
  const tried: string[] = [];
  const scheme = headers.authorization?.trim().split(' ', 1)[0]?.toLowerCase();
  if (scheme === 'basic' || scheme === 'bearer') tried.push(scheme);
  if (peer.certificate) tried.push('x509');
  return tried.length > 0
    ? `Authentication failed, attempted: ${tried.join(', ')}`
    : 'Authentication failed, no credentials provided';
}

/** The record of one request. */
export class RequestRecord implements RequestAudit {
  private readonly facts: AuditFacts;
  private readonly decision: AuditDecision;
  private readonly longRunning: boolean;
  private readonly emit: (stage: AuditStage) => void;
  private completed = false;

  constructor(facts: AuditFacts, decision: AuditDecision, longRunning: boolean, emit: (stage: AuditStage) => void) {
    this.facts = facts;
    this.decision = decision;
    this.longRunning = longRunning;
    this.emit = emit;
  }

  annotate(key: string, value: string): void {
    const { annotations } = this.facts;
    if (!annotations.has(key)) annotations.set(key, value);
  }

  impersonated(user: UserInfo, constraint: string | undefined): void {
    this.facts.impersonatedUser = user;
    if (constraint !== undefined) this.facts.impersonationConstraint = constraint;
  }

  requestObject({ metadata }: KubeObject, json: () => string): void {
    const { facts } = this;
    const { objectRef } = facts;
    if (objectRef && metadata) {
      objectRef.namespace ||= metadata.namespace ?? '';
      objectRef.name ||= metadata.name ?? '';
      objectRef.uid ||= metadata.uid ?? '';
      objectRef.resourceVersion ||= metadata.resourceVersion ?? '';
    }
    if (facts.level === 'Metadata') return;
    facts.requestObject = this.decision.omitManagedFields ? withoutManagedFields(json()) : json();
  }

  requestPatch(json: () => string): void {
    if (this.facts.level !== 'Metadata') this.facts.requestObject = json();
  }

  /** Runs the request between its stages. */
  async around(run: () => Promise<ApiResponse>): Promise<ApiResponse> {
    this.emit('RequestReceived');
    let response: ApiResponse;
    try {
      response = await run();
    } catch (error) {
      this.refused(statusOfError(error));
      throw error;
    }
    return this.answered(response);
  }

  refused(status: Status): void {
    this.facts.responseStatus = withoutType(status);
    if (this.facts.level === 'RequestResponse') this.facts.responseObject = JSON.stringify(status);
    if (this.longRunning) this.emit('ResponseStarted');
    this.complete();
  }

  private answered(response: ApiResponse): ApiResponse {
    const { facts } = this;
    const code = 'status' in response ? response.status : 101;
    const status = response.type === 'object' && isStatus(response.body) ? (response.body.object as Status) : {};
    facts.responseStatus = { ...('kind' in status ? withoutType(status) : {}), code };
    if (facts.level === 'RequestResponse' && !this.longRunning) {
      const json = responseJson(response);
      if (json !== undefined)
        facts.responseObject = this.decision.omitManagedFields ? withoutManagedFields(json) : json;
    }
    if (this.longRunning) this.emit('ResponseStarted');
    switch (response.type) {
      case 'watch':
        return { ...response, events: this.untilEnd<readonly EncodedWatchEvent[]>(response.events) };
      case 'upgrade':
        return { ...response, upgrade: (connection) => response.upgrade(connection).finally(() => this.complete()) };
      case 'bytes':
        if (!(response.body instanceof Uint8Array)) return { ...response, body: this.untilEnd(response.body) };
        break;
    }
    this.complete();
    return response;
  }

  /** No generator: one that nobody began to read would never say that it is over. */
  private untilEnd<T>(items: AsyncIterable<T>): AsyncIterableIterator<T, undefined> {
    const source = items[Symbol.asyncIterator]();
    const ended = { done: true, value: undefined } as const;
    const over = (): typeof ended => {
      this.complete();
      return ended;
    };
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      next: () =>
        source.next().then(
          (item) => (item.done ? over() : { done: false, value: item.value }),
          (error: unknown) => {
            this.complete();
            throw error;
          },
        ),
      return: async () => {
        await source.return?.();
        return over();
      },
    };
  }

  private complete(): void {
    if (this.completed) return;
    this.completed = true;
    this.emit('ResponseComplete');
  }
}

function isStatus({ object }: EncodedObject): boolean {
  return object.kind === 'Status' && object.apiVersion === 'v1';
}

function withoutType(status: Status): Partial<Status> {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = status as Status & { kind?: string; apiVersion?: string };
  return rest;
}

/** Says of an audit sink that failed what upstream says. */
export function auditSinkFailure(env: Env, name: string, events: number, error: unknown): void {
  env.log.error(`Error in audit plugin '${name}' affecting ${events} audit events`, { error: messageOf(error) });
}
