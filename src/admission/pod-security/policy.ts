/** The labels of a namespace that say which Pod Security Standard its pods have to keep to, and how strictly (KEP-2579). */

import { entry, type FieldError, invalid } from '#api/field-error.ts';

export type Level = 'privileged' | 'baseline' | 'restricted';
type Mode = 'enforce' | 'audit' | 'warn';

export interface LevelVersion {
  readonly level: Level;
  /** Minor version of Kubernetes whose checks count; Infinity is the latest. */
  readonly minor: number;
}

export type Policy = Readonly<Record<Mode, LevelVersion>>;

export interface ParsedPolicy {
  readonly policy: Policy;
  readonly errors: readonly FieldError[];
}

/** Of the labels, and of the annotations of audit records. */
export const policyPrefix = 'pod-security.kubernetes.io/';
const levels: readonly Level[] = ['privileged', 'baseline', 'restricted'];
const privileged: LevelVersion = { level: 'privileged', minor: Number.POSITIVE_INFINITY };

export const isStricter = (a: Level, b: Level): boolean => levels.indexOf(a) > levels.indexOf(b);

/** 'restricted:latest', 'baseline:v1.30' */
export function levelText({ level, minor }: LevelVersion): string {
  return `${level}:${Number.isFinite(minor) ? `v1.${minor}` : 'latest'}`;
}

/** What is not looked at: requests of these users, pods of these namespaces, pods of these runtime classes. */
export interface Exemptions {
  readonly usernames: readonly string[];
  readonly namespaces: readonly string[];
  readonly runtimeClasses: readonly string[];
}

export const noDefaults: Policy = { enforce: privileged, audit: privileged, warn: privileged };

export const policyFault = {
  level: `must be one of ${levels.join(', ')}`,
  version: 'must be "latest" or "v1.x"',
} as const;

export function parsedLevel(text: string): Level | undefined {
  return levels.find((level) => level === text);
}

/** The minor version; Infinity for the latest. */
export function parsedVersion(text: string): number | undefined {
  if (text === 'latest') return Number.POSITIVE_INFINITY;
  const match = /^v1\.(0|[1-9]\d*)$/.exec(text);
  return match ? Number(match[1]) : undefined;
}

/** A level that is none enforces the strictest; for the other modes it counts for nothing. */
export function policyOf(labels: Readonly<Record<string, string>> = {}, defaults: Policy = noDefaults): ParsedPolicy {
  const errors: FieldError[] = [];
  const refuse = (label: string, detail: string): void => {
    errors.push(invalid(entry('metadata.labels', label), labels[label], detail));
  };
  const read = (mode: Mode): LevelVersion => {
    const levelLabel = `${policyPrefix}${mode}`;
    const versionLabel = `${levelLabel}-version`;
    let { level, minor } = defaults[mode];
    const text = labels[levelLabel];
    if (text !== undefined) {
      const known = parsedLevel(text);
      if (!known) refuse(levelLabel, policyFault.level);
      level = known ?? (mode === 'enforce' ? 'restricted' : 'privileged');
    }
    const version = labels[versionLabel];
    if (version !== undefined) {
      const known = parsedVersion(version);
      if (known === undefined) refuse(versionLabel, policyFault.version);
      minor = known ?? Number.POSITIVE_INFINITY;
    }
    return { level, minor };
  };
  const enforce = read('enforce');
  const audit = read('audit');
  let warn = read('warn');
  // Who enforces a level is warned of it too, for what makes pods is not refused.
  const enforced = parsedLevel(labels[`${policyPrefix}enforce`] ?? '');
  if (labels[`${policyPrefix}warn`] === undefined && enforced && isStricter(enforced, warn.level)) {
    const minor = labels[`${policyPrefix}warn-version`] === undefined ? enforce.minor : warn.minor;
    warn = { level: enforced, minor };
  }
  return { policy: { enforce, audit, warn }, errors };
}

/** The modes that labels ask for beyond privileged: 'enforce=restricted:latest, warn=baseline:v1.30'. */
export function askedText(labels: Readonly<Record<string, string>> = {}, policy: Policy): string {
  return (['enforce', 'audit', 'warn'] as const)
    .filter((mode) => {
      const label = `${policyPrefix}${mode}`;
      const isAsked = labels[label] !== undefined || labels[`${label}-version`] !== undefined;
      return isAsked && policy[mode].level !== 'privileged';
    })
    .map((mode) => `${mode}=${levelText(policy[mode])}`)
    .join(', ');
}

export function isSamePolicy(a: Policy, b: Policy): boolean {
  return (['enforce', 'audit', 'warn'] as const).every(
    (mode) => a[mode].level === b[mode].level && a[mode].minor === b[mode].minor,
  );
}
