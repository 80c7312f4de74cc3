/**
 * Requests whose answers are golden: recorded from an upstream API server by tools/record-golden, replayed against ours. The requests of
 * a file run in order in one namespace, which both sides make anew, so later ones can update what earlier ones created.
 */

export interface GoldenCase {
  readonly name: string;
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET';
  /** Below the namespace ('pods/a') or, from '/', whole. */
  readonly path: string;
  readonly body?: unknown;
  /** Of PATCH; 'application/merge-patch+json' unless told. */
  readonly contentType?: string;
  /** Nothing is stored. */
  readonly dryRun?: boolean;
  /** By the manager `golden`, and the answer has the managed fields. */
  readonly managed?: boolean;
  /** Who asks; a member of system:masters unless told. */
  readonly as?: Caller;
  /** Asked again until it answers this code: what was asked before takes effect in its own time. */
  readonly awaits?: number;
}

export interface Caller {
  readonly user: string;
  readonly groups?: readonly string[];
  /** Where its pod runs, as its token would say. */
  readonly node?: string;
}

/** The headers by which a superuser asks as somebody else. */
export function impersonation({
  user,
  groups = [],
  node,
}: Caller): Readonly<Record<string, string | readonly string[]>> {
  return {
    'impersonate-user': user,
    ...(groups.length > 0 ? { 'impersonate-group': groups } : {}),
    ...(node === undefined ? {} : { 'impersonate-extra-authentication.kubernetes.io%2fnode-name': node }),
  };
}

/** Text of a body that stands for a field of an earlier answer: its token, its uid. */
export function answered(caseName: string, field: AnsweredField): string {
  return `<${field} of ${caseName}>`;
}

type AnsweredField = keyof typeof answeredFields;

interface AnsweredObject {
  readonly metadata?: { readonly uid?: string };
  readonly status?: { readonly token?: string };
}

const uidLength = 36;
const answeredFields = {
  uid: ({ metadata }: AnsweredObject) => metadata?.uid,
  token: ({ status }: AnsweredObject) => status?.token,
};

export interface GoldenAnswer {
  readonly code: number;
  readonly reason?: string;
  readonly message?: string;
  /** 'field: reason: message', sorted: upstream goes through maps in random order. */
  readonly causes?: readonly string[];
  /** Of answers that are no errors. */
  readonly warnings?: readonly string[];
  /** Without what differs from run to run. */
  readonly object?: unknown;
}

export interface RawAnswer {
  readonly code: number;
  readonly body: unknown;
  readonly warnings: readonly string[];
}

export type Send = (request: {
  readonly method: GoldenCase['method'];
  /** With the query. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType: string;
  readonly as?: Caller;
}) => Promise<RawAnswer>;

/** A body as it is sent: text of YAML as it stands, anything else as JSON. */
export function payloadText(body: unknown, contentType: string): string {
  return typeof body === 'string' && contentType.endsWith('yaml') ? body : JSON.stringify(body);
}

export const goldenNamespace = 'golden-validation';

/** Sends the cases in order and returns their answers by name. */
export async function answersOf(cases: readonly GoldenCase[], send: Send): Promise<Record<string, GoldenAnswer>> {
  const answers: Record<string, GoldenAnswer> = {};
  const drawn = new Map<string, string>();
  for (const { name, method, path, body, contentType, dryRun, managed = false, awaits, as } of cases) {
    if (Object.hasOwn(answers, name)) throw new Error(`two cases are named ${name}`);
    const whole = path.startsWith('/') ? path : `/api/v1/namespaces/${goldenNamespace}/${path}`;
    const query = [...(dryRun ? ['dryRun=All'] : []), ...(managed ? ['fieldManager=golden'] : [])].join('&');
    const asked = {
      method,
      path: query === '' ? whole : `${whole}?${query}`,
      contentType: contentType ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'),
      ...(body === undefined ? {} : { body: replaced(body, drawn) }),
      ...(as ? { as } : {}),
    };
    let raw = await send(asked);
    for (let attempt = 0; awaits !== undefined && raw.code !== awaits && attempt < 200; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      raw = await send(asked);
    }
    for (const [field, read] of Object.entries(answeredFields)) {
      const value = read(raw.body as AnsweredObject);
      if (value !== undefined && value.length >= uidLength) drawn.set(answered(name, field as AnsweredField), value);
    }
    answers[name] = normalAnswer(raw, drawn, managed);
  }
  return answers;
}

function replaced(body: unknown, texts: ReadonlyMap<string, string>): unknown {
  let text = JSON.stringify(body);
  for (const [from, to] of texts)
    text = text.replaceAll(JSON.stringify(from).slice(1, -1), JSON.stringify(to).slice(1, -1));
  return JSON.parse(text);
}

interface StatusBody {
  readonly kind?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly causes?: readonly { readonly field?: string; readonly reason: string; readonly message?: string }[];
  };
}

function normalAnswer(
  { code, body, warnings }: RawAnswer,
  drawn: ReadonlyMap<string, string>,
  managed: boolean,
): GoldenAnswer {
  // What was drawn is told by where it came from, wherever it is said again.
  const told = new Map([...drawn].reverse().map(([name, value]) => [value, name]));
  const status = replaced(withoutChance(body), told) as StatusBody;
  const warned = warnings.length > 0 ? { warnings } : {};
  if (code < 400) return { code, ...warned, object: withoutIdentity(status, managed) };
  // What two rules find counts once.
  const causes = [
    ...new Set(
      (status.details?.causes ?? []).map(
        ({ field, reason, message = '' }) => `${field}: ${reason}: ${withoutNumber(message)}`,
      ),
    ),
  ].sort();
  const message = withoutNumber(status.message ?? '');
  return {
    code,
    reason: status.reason ?? '',
    // With several causes the message repeats them, in an order of its own.
    message: causes.length > 1 ? message.slice(0, message.indexOf(' is invalid: ')) : message,
    causes,
  };
}

/** Without what a server draws (and managed fields that messages print, for their time): the end of a generated name, what a token is known by, and the uid that LimitRanges without a name are named by. */
function withoutChance(body: unknown): unknown {
  const text = JSON.stringify(body)
    .replaceAll(/,?\\"managedFields\\":\[.*?\}\]/g, '')
    .replaceAll(/(ResourceVersion in (?:object meta: |record \())\d+/g, '$1<version>')
    .replaceAll(/\bJTI=[0-9a-f-]{36}/g, 'JTI=<drawn>')
    .replaceAll(/\bA_[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, 'A_<drawn>')
    .replaceAll(/"name":"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"/g, '"name":"<uid>"');
  return JSON.parse(text);
}

/** Types of self have a number that nobody knows. */
export function withoutNumber(message: string): string {
  return message.replaceAll(/selfType\d+/g, 'selfType');
}

/** Without identity, times and, unless they are asked for, managed fields, and in certificate requests without who asked. */
function withoutIdentity(body: unknown, managed: boolean): unknown {
  const copy = structuredClone(body) as {
    readonly kind?: string;
    readonly metadata?: Record<string, unknown>;
    readonly spec?: Record<string, unknown>;
    readonly status?: Record<string, unknown>;
  };
  if (copy.kind === 'SelfSubjectRulesReview') sortRules(copy.status);
  if (copy.kind === 'CertificateSigningRequest') {
    for (const field of ['username', 'uid', 'groups', 'extra']) delete copy.spec?.[field];
  }
  for (const field of ['uid', 'creationTimestamp', 'resourceVersion', 'managedFields', 'selfLink']) {
    if (field !== 'managedFields' || !managed) delete copy.metadata?.[field];
  }
  return JSON.parse(JSON.stringify(copy, (_key, value) => (isTime(value) ? '<time>' : value)));
}

/** Upstream goes through roles in random order. */
function sortRules(status: Record<string, unknown> = {}): void {
  for (const field of ['resourceRules', 'nonResourceRules']) {
    const rules = (status[field] ?? []) as readonly unknown[];
    status[field] = rules.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(value);
}
