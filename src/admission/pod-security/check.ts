/** What the checks of the Pod Security Standards are made of (KEP-2579, pod-security-admission/policy). */

import type { Container, EphemeralContainer, PodSecurityContext, PodSpec } from '#kinds/generated/core-v1.ts';

export interface CheckedPod {
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
}

export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

export type PodCheck = (pod: CheckedPod) => Violation | undefined;

export interface Check {
  readonly id: string;
  /** Ascending; the last whose minor version is not above the asked one counts. */
  readonly versions: readonly { readonly since: number; readonly check: PodCheck }[];
  /** Of restricted checks: the weaker baseline check in whose place they are. */
  readonly overrides?: string;
}

export type AnyContainer = Container | EphemeralContainer;

export function containersOf({
  initContainers = [],
  containers = [],
  ephemeralContainers = [],
}: PodSpec): AnyContainer[] {
  return [...initContainers, ...containers, ...ephemeralContainers];
}

/** Names of the containers for which the test holds. */
export function containersWith({ spec }: CheckedPod, test: (container: AnyContainer) => boolean): string[] {
  return containersOf(spec)
    .filter(test)
    .map(({ name }) => name);
}

export function quoted(items: Iterable<string>): string {
  return [...items].map((item) => `"${item}"`).join(', ');
}

export function sorted(items: Iterable<string>): string[] {
  return [...new Set(items)].sort();
}

export function plural(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}

/** 'containers "a", "b"' */
export function containersText(names: readonly string[]): string {
  return `${plural(names.length, 'container', 'containers')} ${quoted(names)}`;
}

/** 'pod and container "a"': who has set what it must not; undefined when nobody has. */
export function settersText(pod: boolean, containers: readonly string[]): string | undefined {
  const setters = [...(pod ? ['pod'] : []), ...(containers.length > 0 ? [containersText(containers)] : [])];
  return setters.length > 0 ? setters.join(' and ') : undefined;
}

/** Who has set a field of the security contexts to a value that the test refuses, and the values. */
export function badSettings<Value>(
  { spec }: CheckedPod,
  read: (
    context: Pick<PodSecurityContext, 'appArmorProfile' | 'seccompProfile' | 'seLinuxOptions'>,
  ) => Value | undefined,
  isBad: (value: Value) => boolean,
): { readonly pod: boolean; readonly containers: string[]; readonly values: Value[] } {
  const values: Value[] = [];
  const check = (context: Parameters<typeof read>[0] | undefined): boolean => {
    const value = context && read(context);
    if (value === undefined || !isBad(value)) return false;
    values.push(value);
    return true;
  };
  const pod = check(spec.securityContext);
  const containers = containersOf(spec).filter(({ securityContext }) => check(securityContext));
  return { pod, containers: containers.map(({ name }) => name), values };
}

/** Root in a user namespace is nobody on the node. */
export function hasUserNamespace({ spec }: CheckedPod): boolean {
  return spec.hostUsers === false;
}

export function isWindows({ spec }: CheckedPod): boolean {
  return spec.os?.name === 'windows';
}

export function unless(exempt: (pod: CheckedPod) => boolean, check: PodCheck): PodCheck {
  return (pod) => (exempt(pod) ? undefined : check(pod));
}
