/** Two replies side by side: what differs, in words without values, so that faults of one cause fall together. */

import type { Reply } from './sides.ts';

interface Status {
  readonly kind?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly causes?: readonly { readonly field?: string; readonly reason?: string; readonly message?: string }[];
  };
}

/** None when the replies say the same. */
export function differencesOf(ours: Reply, upstreams: Reply): string[] {
  const [mine, theirs] = [bodyOf(ours), bodyOf(upstreams)];
  if (ours.code !== upstreams.code) {
    return [
      `code: ours ${ours.code}, upstream ${upstreams.code}`,
      ...(ours.code >= 400 ? [`ours: ${summary(mine as Status)}`] : []),
      ...(upstreams.code >= 400 ? [`upstream: ${summary(theirs as Status)}`] : []),
    ];
  }
  const found: string[] = [];
  if (ours.contentType !== upstreams.contentType) {
    found.push(`content type: ours ${ours.contentType}, upstream ${upstreams.contentType}`);
  }
  found.push(...listDifferences('warning', ours.warnings.map(plain), upstreams.warnings.map(plain)));
  if (ours.code >= 400) found.push(...statusDifferences(mine as Status, theirs as Status));
  else found.push(...treeDifferences('', mine, theirs));
  return found;
}

function statusDifferences(mine: Status, theirs: Status): string[] {
  const [ours, upstreams] = [causesOf(mine), causesOf(theirs)];
  const causes = listDifferences('cause', ours, upstreams);
  if (causes.length > 0) return causes;
  const message = (mine.message ?? '') === (theirs.message ?? '');
  return [
    ...(message || ours.length > 1
      ? []
      : [`message: ours ${shape(mine.message ?? '')} | upstream ${shape(theirs.message ?? '')}`]),
    ...treeDifferences('', withoutWords(mine), withoutWords(theirs)),
  ];
}

/** A message of several causes repeats them. */
function withoutWords(status: Status): unknown {
  return { ...status, message: '', details: { ...status.details, causes: [] } };
}

/** Missing, superfluous, or the same in another order. */
function listDifferences(what: string, ours: readonly string[], upstreams: readonly string[]): string[] {
  const missing = without(upstreams, ours);
  const superfluous = without(ours, upstreams);
  if (missing.length > 0 || superfluous.length > 0) {
    return [
      ...missing.map((text) => `${what} missing: ${shape(text)}`),
      ...superfluous.map((text) => `${what} superfluous: ${shape(text)}`),
    ];
  }
  return ours.every((text, at) => text === upstreams[at])
    ? []
    : [`${what}s in another order: ${shape(ours.join(' ; '))}`];
}

function without(all: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return all.filter((text) => {
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function causesOf({ details }: Status): string[] {
  // What two rules find counts once.
  return [...new Set((details?.causes ?? []).map(({ field, reason, message }) => `${reason} ${field}: ${message}`))];
}

function summary(status: Status): string {
  const causes = causesOf(status);
  return shape(causes.length > 0 ? causes.join(' ; ') : `${status.reason} ${status.message}`);
}

function treeDifferences(path: string, mine: unknown, theirs: unknown): string[] {
  if (mine === theirs) return [];
  if (Array.isArray(mine) && Array.isArray(theirs)) {
    if (mine.length !== theirs.length) return [`${path}: ours ${mine.length} elements, upstream ${theirs.length}`];
    return [...new Set(mine.flatMap((item, at) => treeDifferences(`${path}[]`, item, theirs[at])))];
  }
  if (isTree(mine) && isTree(theirs)) {
    const keys = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])];
    return keys.flatMap((key) => treeDifferences(`${path}.${key}`, mine[key], theirs[key]));
  }
  return [`${path}: ours ${brief(mine)}, upstream ${brief(theirs)}`];
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function brief(value: unknown): string {
  return shape((JSON.stringify(value) ?? 'nothing').slice(0, 120));
}

/** Without quoted values, numbers and indices. */
function shape(text: string): string {
  return text
    .replaceAll(/\\?"(?:[^"\\]|\\[^"]|\\")*?\\?"/g, '"…"')
    .replaceAll(/\d+/g, 'N')
    .slice(0, 400);
}

/** Without what a server draws or what time it is. */
function plain(text: string): string {
  return text
    .replaceAll(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g, '<time>')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>')
    .replaceAll(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-<drawn>')
    .replaceAll(/("resourceVersion":")\d+"/g, '$1<version>"')
    .replaceAll(/\b10\.96\.\d+\.\d+/g, '<address>')
    .replaceAll(/("(?:nodePort|healthCheckNodePort)":)3\d{4}/g, '$1<port>'.replace('<port>', '30000'));
}

function bodyOf({ text }: Reply): unknown {
  const whole = plain(text);
  return whole.startsWith('{') ? JSON.parse(whole) : { message: whole };
}
