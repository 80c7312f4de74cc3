/** Where two answers to a step differ, and what may differ. */

import { isDeepStrictEqual } from 'node:util';
import type { Step, StepAnswer } from './exchange.ts';

export interface Difference {
  /** Verb, path of the member and shape of the texts: differences of one cause are in one group. */
  readonly group: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

export function differencesOf(step: Step, ours: StepAnswer | undefined, theirs: StepAnswer | undefined): Difference[] {
  const found: Difference[] = [];
  if (ours === undefined || theirs === undefined || isExplained(ours, theirs)) return [];
  walk('', comparable(ours), comparable(theirs), found);
  const kind = (step.path.split('?', 1)[0] ?? '')
    .replace(/^.*<namespace>\/|^\/api\/v1\//, '')
    .replace(/\/[abc]\b|\/<[^/]*>(-\w)?/, '/NAME');
  return found.slice(0, 1).map(({ group, ...rest }) => ({ group: `${step.method} ${kind} ${group}`, ...rest }));
}

/** What differs for a reason (docs/ARCHITECTURE.md, differences.ts of other corpora). */
function isExplained(ours: StepAnswer, theirs: StepAnswer): boolean {
  const isRefused = ours.code >= 400 && ours.code < 500;
  // Whoever asks is told what they got wrong; upstream fails.
  if (theirs.code === 500 && isRefused) return true;
  // Upstream tries to read what says no version as what it has inside, and warns of all that it finds.
  if (ours.code === 400 && theirs.code === 400 && JSON.stringify(ours).includes('was undeterminable')) return true;
  // What a secret holds is in no message.
  return isRefused && JSON.stringify(ours).includes('<secret contents redacted>');
}

/** Without descriptions of columns, which are in words of our own or none; what two rules find counts once. */
export function comparable(answer: StepAnswer): StepAnswer {
  return JSON.parse(
    JSON.stringify(answer, (name, value: unknown) => {
      if (name === 'description') return undefined;
      if (name === 'causes' && Array.isArray(value)) return distinct(value);
      return value;
    }),
  ) as StepAnswer;
}

/** Conflicts of managers come in random order. */
function distinct(causes: readonly unknown[]): string[] {
  const texts = [...new Set(causes.map((cause) => JSON.stringify(cause)))];
  return texts.every((text) => text.includes('FieldManagerConflict')) ? texts.sort() : texts;
}

function walk(path: string, ours: unknown, theirs: unknown, found: Difference[]): void {
  if (isDeepStrictEqual(ours, theirs)) return;
  if (Array.isArray(ours) && Array.isArray(theirs) && ours.length === theirs.length) {
    for (const [index, element] of ours.entries()) walk(`${path}[]`, element, theirs[index], found);
    return;
  }
  if (isObject(ours) && isObject(theirs)) {
    const members = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
    if (path === '.body' && ours.kind === 'Status' && theirs.kind === 'Status') {
      const same = ours.message === theirs.message;
      if (!same) {
        found.push({ group: `${path} ${shape(ours.message)} / ${shape(theirs.message)}`, ours, theirs });
        return;
      }
    }
    for (const member of members) walk(`${path}.${member}`, ours[member], theirs[member], found);
    return;
  }
  const texts = typeof ours === 'string' && typeof theirs === 'string' ? ` ${shape(ours)} / ${shape(theirs)}` : '';
  found.push({ group: `${path}${texts}`, ours, theirs });
}

const shape = (text: unknown): string =>
  String(text)
    .replaceAll(/"[^"]*"/g, '""')
    .replaceAll(/\d+/g, '0')
    .slice(0, 90);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
