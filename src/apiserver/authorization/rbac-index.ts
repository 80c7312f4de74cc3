/**
 * RbacIndex: which rules each subject has, everywhere and by namespace, kept in step change by change: a change costs what it names.
 *
 * 1. A subject's grants are in the order of their bindings' keys: which one allows first is what decisions say.
 * 2. Grants point at their role's rules, which stand in one place: a role that changes is one write, however many bindings name it.
 *    Grants of roles that there are not have no rules, until there are.
 */

import type { ClusterRole, PolicyRule, RoleBinding, Subject } from '#kinds/generated/rbac-v1.ts';
import type { Decision } from '../authorizer.ts';

/** The rules that a role has now. */
interface RoleRules {
  rules: readonly PolicyRule[];
  /** Bindings that name it, and one for the role itself: what nobody names is forgotten. */
  uses: number;
}

export interface Grant {
  readonly role: Pick<RoleRules, 'rules'>;
  /** Says which binding allowed it. */
  readonly decision: Decision;
}

interface PlacedGrant extends Grant {
  /** Name of the binding; its namespace is that of the place. */
  readonly binding: string;
}

const serviceAccountPrefix = 'system:serviceaccount:';
const none: readonly Grant[] = [];

export class RbacIndex {
  /** By key of the role: `/NAME` for cluster roles, `NAMESPACE/NAME`. */
  private readonly roles = new Map<string, RoleRules>();
  /** By namespace ('' for everywhere) and key of the subject. */
  private readonly places = new Map<string, Map<string, PlacedGrant[]>>();

  /** Grants of a user's or group's in the place; namespace '' for those that hold everywhere. */
  grants(namespace: string, subject: string): readonly Grant[] {
    return this.places.get(namespace)?.get(subject) ?? none;
  }

  /** Roles that somebody names, places with grants. */
  get size(): { readonly roles: number; readonly places: number } {
    return { roles: this.roles.size, places: this.places.size };
  }

  /** A role or cluster role came, changed or went. */
  roleChanged(current: ClusterRole | undefined, previous: ClusterRole | undefined): void {
    if (current) this.use(roleKey(current)).rules = current.rules ?? [];
    if (!previous) return;
    const key = roleKey(previous);
    if (!current) this.use(key).rules = [];
    this.leave(key, current ? 1 : 2);
  }

  /** A binding came, changed or went. */
  bindingChanged(current: RoleBinding | undefined, previous: RoleBinding | undefined): void {
    // What both name stays known in between.
    const role = current && this.use(boundRole(current));
    if (previous) {
      this.withdraw(previous);
      this.leave(boundRole(previous), 1);
    }
    if (current && role) this.grant(current, role);
  }

  private use(key: string): RoleRules {
    let role = this.roles.get(key);
    if (!role) {
      role = { rules: [], uses: 0 };
      this.roles.set(key, role);
    }
    role.uses++;
    return role;
  }

  private leave(key: string, uses: number): void {
    const role = this.roles.get(key);
    if (!role) return;
    role.uses -= uses;
    if (role.uses <= 0) this.roles.delete(key);
  }

  private grant(binding: RoleBinding, role: RoleRules): void {
    const { namespace = '', name = '' } = binding.metadata ?? {};
    const place = this.places.get(namespace) ?? new Map<string, PlacedGrant[]>();
    this.places.set(namespace, place);
    for (const subject of binding.subjects ?? []) {
      const grant: PlacedGrant = { role, decision: decisionOf(binding, subject), binding: name };
      const key = keyOfSubject(subject, namespace);
      const grants = place.get(key);
      if (grants) grants.splice(placeOf(grants, name), 0, grant);
      else place.set(key, [grant]);
    }
  }

  private withdraw({ metadata, subjects }: RoleBinding): void {
    const { namespace = '', name = '' } = metadata ?? {};
    const place = this.places.get(namespace);
    if (!place) return;
    for (const subject of subjects ?? []) {
      const key = keyOfSubject(subject, namespace);
      const grants = place.get(key);
      if (!grants) continue;
      const end = placeOf(grants, name);
      let start = end;
      while (start > 0 && grants[start - 1]?.binding === name) start--;
      grants.splice(start, end - start);
      if (grants.length === 0) place.delete(key);
    }
    if (place.size === 0) this.places.delete(namespace);
  }
}

/** Keys under which a user's grants are found. Service accounts are users with a structured name. */
export function subjectsOf(user: { readonly username: string; readonly groups: readonly string[] }): string[] {
  return [`User/${user.username}`, ...user.groups.map((name) => `Group/${name}`)];
}

function keyOfSubject(subject: Subject, bindingNamespace: string): string {
  if (subject.kind !== 'ServiceAccount') return `${subject.kind}/${subject.name}`;
  return `User/${serviceAccountPrefix}${subject.namespace || bindingNamespace}:${subject.name}`;
}

/** Behind the grants of bindings up to this name, and of this one. */
function placeOf(grants: readonly PlacedGrant[], name: string): number {
  let [low, high] = [0, grants.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((grants[middle] as PlacedGrant).binding <= name) low = middle + 1;
    else high = middle;
  }
  return low;
}

function roleKey({ metadata }: ClusterRole): string {
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
}

/** Cluster role bindings name cluster roles only, whatever they say. */
function boundRole({ metadata, roleRef }: RoleBinding): string {
  const namespace = roleRef.kind === 'ClusterRole' ? '' : (metadata?.namespace ?? '');
  return `${namespace}/${roleRef.name}`;
}

function decisionOf({ metadata, roleRef }: RoleBinding, subject: Subject): Decision {
  const { namespace, name = '' } = metadata ?? {};
  const binding = namespace ? `RoleBinding "${name}/${namespace}"` : `ClusterRoleBinding "${name}"`;
  const reason = `RBAC: allowed by ${binding} of ${roleRef.kind} "${roleRef.name}" to ${subjectText(subject)}`;
  return { decision: 'allow', reason };
}

/** As reasons print a subject (rbac/v1 helpers). */
function subjectText({ kind, name, namespace }: Subject): string {
  return kind === 'ServiceAccount' && namespace ? `${kind} "${name}/${namespace}"` : `${kind} "${name}"`;
}
