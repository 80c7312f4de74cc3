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

/** A level that is none enforces the strictest; for the other modes it counts for nothing. */
export function policyOf(labels: Readonly<Record<string, string>> = {}): ParsedPolicy {
  const errors: FieldError[] = [];
  const refuse = (label: string, detail: string): void => {
    errors.push(invalid(entry('metadata.labels', label), labels[label], detail));
  };
  const read = (mode: Mode): LevelVersion => {
    const levelLabel = `${policyPrefix}${mode}`;
    const versionLabel = `${levelLabel}-version`;
    let { level, minor } = privileged;
    const text = labels[levelLabel];
    if (text !== undefined) {
      const known = levels.find((candidate) => candidate === text);
      if (!known) refuse(levelLabel, `must be one of ${levels.join(', ')}`);
      level = known ?? (mode === 'enforce' ? 'restricted' : 'privileged');
    }
    const version = labels[versionLabel];
    if (version !== undefined && version !== 'latest') {
      const match = /^v1\.(0|[1-9]\d*)$/.exec(version);
      if (match) minor = Number(match[1]);
      else refuse(versionLabel, 'must be "latest" or "v1.x"');
    }
    return { level, minor };
  };
  const enforce = read('enforce');
  const audit = read('audit');
  let warn = read('warn');
  // Who enforces a level is warned of it too, for what makes pods is not refused.
  const enforced = levels.find((level) => level === labels[`${policyPrefix}enforce`]);
  if (labels[`${policyPrefix}warn`] === undefined && enforced && isStricter(enforced, warn.level)) {
    const minor = labels[`${policyPrefix}warn-version`] === undefined ? enforce.minor : warn.minor;
    warn = { level: enforced, minor };
  }
  return { policy: { enforce, audit, warn }, errors };
}
