/** The audit.k8s.io/v1 Event as it is written: one per stage of a request. Bodies are JSON text already, and stay it. */

import type { Status } from '#api/generated/meta-v1.ts';
import type { ApiRequest, UserInfo } from '#api/request.ts';
import { formatMicroTime } from '#api/time.ts';
import type { RequestInfo } from '../request/request-info.ts';
import type { AuditLevel, AuditStage } from './policy.ts';

export interface ObjectReference {
  resource?: string;
  namespace?: string;
  name?: string;
  uid?: string;
  apiGroup?: string;
  apiVersion?: string;
  resourceVersion?: string;
  subresource?: string;
}

/** What is known of a request so far. */
export interface AuditFacts {
  readonly level: AuditLevel;
  readonly auditID: string;
  readonly requestURI: string;
  readonly verb: string;
  readonly user: UserInfo | undefined;
  readonly sourceIPs: readonly string[];
  readonly userAgent: string;
  /** Milliseconds since the epoch. */
  readonly receivedMs: number;
  readonly objectRef: ObjectReference | undefined;
  impersonatedUser?: UserInfo;
  impersonationConstraint?: string;
  responseStatus?: Partial<Status>;
  /** JSON text. */
  requestObject?: string;
  responseObject?: string;
  readonly annotations: Map<string, string>;
}

const maxUserAgentLength = 1024;

export function userAgentOf({ headers }: ApiRequest): string {
  const agent = headers['user-agent'] ?? '';
  return agent.length > maxUserAgentLength ? `${agent.slice(0, maxUserAgentLength)}...TRUNCATED` : agent;
}

/** What proxies say of the caller, then the caller's own address: X-Forwarded-For, X-Real-Ip, the connection. */
export function sourceIPsOf({ headers, peer }: ApiRequest): string[] {
  const addresses: string[] = [];
  for (const part of (headers['x-forwarded-for'] ?? '').split(',')) {
    const address = part.trim();
    if (isAddress(address)) addresses.push(address);
  }
  const real = headers['x-real-ip']?.trim() ?? '';
  if (addresses.length === 0 && isAddress(real)) addresses.push(real);
  const own = peer.address.startsWith('::ffff:') ? peer.address.slice(7) : peer.address;
  if (own !== '' && addresses.at(-1) !== own) addresses.push(own);
  return addresses;
}

function isAddress(text: string): boolean {
  return /^[0-9a-fA-F.:]{2,45}$/.test(text);
}

export function objectReferenceOf(info: RequestInfo): ObjectReference | undefined {
  if (!info.isResourceRequest) return undefined;
  return {
    resource: info.resource,
    namespace: info.namespace,
    name: info.name,
    apiGroup: info.apiGroup,
    apiVersion: info.apiVersion,
    subresource: info.subresource,
  };
}

/** One line of JSON, without a line end. */
export function auditEventJson(facts: AuditFacts, stage: AuditStage, nowMs: number): string {
  const { user, impersonatedUser, impersonationConstraint, objectRef, annotations } = facts;
  const head = JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: facts.level,
    auditID: facts.auditID,
    stage,
    requestURI: facts.requestURI,
    verb: facts.verb,
    user: user ? userJson(user) : {},
    impersonatedUser: impersonatedUser && userJson(impersonatedUser),
    authenticationMetadata: impersonationConstraint === undefined ? undefined : { impersonationConstraint },
    sourceIPs: facts.sourceIPs.length > 0 ? facts.sourceIPs : undefined,
    userAgent: facts.userAgent || undefined,
    objectRef: objectRef && withoutEmpty(objectRef),
    responseStatus: facts.responseStatus && { metadata: {}, ...facts.responseStatus },
  });
  let text = head.slice(0, -1);
  if (facts.requestObject !== undefined) text += `,"requestObject":${facts.requestObject}`;
  if (facts.responseObject !== undefined) text += `,"responseObject":${facts.responseObject}`;
  text += `,"requestReceivedTimestamp":"${formatMicroTime(facts.receivedMs)}","stageTimestamp":"${formatMicroTime(nowMs)}"`;
  if (annotations.size > 0) text += `,"annotations":${JSON.stringify(Object.fromEntries(annotations))}`;
  return `${text}}`;
}

/** The same event, marked, without what makes events large. */
export function withoutBodies({
  requestObject: _request,
  responseObject: _response,
  ...facts
}: AuditFacts): AuditFacts {
  return { ...facts, annotations: new Map([...facts.annotations, ['audit.k8s.io/truncated', 'true']]) };
}

function userJson({ username, uid, groups, extra }: UserInfo): object {
  const hasExtra = extra && Object.keys(extra).length > 0;
  return {
    ...(username === '' ? {} : { username }),
    ...(uid ? { uid } : {}),
    ...(groups.length > 0 ? { groups } : {}),
    ...(hasExtra ? { extra } : {}),
  };
}

function withoutEmpty(reference: ObjectReference): object {
  return Object.fromEntries(Object.entries(reference).filter(([, value]) => value !== undefined && value !== ''));
}
