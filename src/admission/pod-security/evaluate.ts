/** Which checks of a level and version a pod violates. Pure. */

import { baselineChecks } from './baseline.ts';
import type { Check, CheckedPod, PodCheck, Violation } from './check.ts';
import type { LevelVersion } from './policy.ts';
import { restrictedChecks } from './restricted.ts';

export function violationsOf(pod: CheckedPod, { level, minor }: LevelVersion): Violation[] {
  if (level === 'privileged') return [];
  const restricted = level === 'restricted' ? restrictedChecks.filter((check) => checkAt(check, minor)) : [];
  const overridden = new Set(restricted.map(({ overrides }) => overrides));
  const checks = [...baselineChecks.filter(({ id }) => !overridden.has(id)), ...restricted];
  return checks.flatMap((check) => checkAt(check, minor)?.(pod) ?? []);
}

/** 'host namespaces (hostPID=true), hostPort (...)' */
export function violationsText(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
}

function checkAt({ versions }: Check, minor: number): PodCheck | undefined {
  return versions.findLast(({ since }) => since <= minor)?.check;
}
