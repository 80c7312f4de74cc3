import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserInfo } from '#api/request.ts';
import type { ClusterRole, PolicyRule, RoleBinding, Subject } from '#kinds/generated/rbac-v1.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { RbacIndex, subjectsOf } from './rbac-index.ts';

type Answer = readonly (readonly [reason: string, rules: readonly PolicyRule[]])[];

/** What is there, by key; roles and bindings of the cluster have keys without a namespace. */
interface World {
  readonly roles: Map<string, ClusterRole>;
  readonly bindings: Map<string, RoleBinding>;
}

/** Every binding is looked at, as in upstream's rule resolver: those of the cluster, then those of the namespace, by name. */
function askAll({ roles, bindings }: World, user: UserInfo, place: string): Answer {
  const found: (readonly [string, readonly PolicyRule[]])[] = [];
  for (const subject of [`User ${user.username}`, ...user.groups.map((name) => `Group ${name}`)]) {
    for (const [, { metadata, roleRef, subjects = [] }] of [...bindings].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const { namespace = '', name = '' } = metadata ?? {};
      if (namespace !== place) continue;
      const role = roles.get(`${roleRef.kind === 'ClusterRole' ? '' : namespace}/${roleRef.name}`);
      for (const each of subjects) {
        if (textOf(each, namespace) !== subject || !role?.rules?.length) continue;
        const binding = namespace ? `RoleBinding "${name}/${namespace}"` : `ClusterRoleBinding "${name}"`;
        const to =
          each.kind === 'ServiceAccount' && each.namespace
            ? `ServiceAccount "${each.name}/${each.namespace}"`
            : `${each.kind} "${each.name}"`;
        found.push([`RBAC: allowed by ${binding} of ${roleRef.kind} "${roleRef.name}" to ${to}`, role.rules]);
      }
    }
  }
  return found;
}

function textOf({ kind, name, namespace }: Subject, own: string): string {
  return kind === 'ServiceAccount' ? `User system:serviceaccount:${namespace || own}:${name}` : `${kind} ${name}`;
}

function askIndex(index: RbacIndex, user: UserInfo, place: string): Answer {
  return subjectsOf(user)
    .flatMap((subject) => index.grants(place, subject))
    .filter(({ role }) => role.rules.length > 0)
    .map(({ decision, role }) => [decision.reason, role.rules]);
}

test('an index that follows changes answers as a look at every binding, and as one that is made anew', () => {
  for (let seed = 0; seed < 12; seed++) {
    const { random } = createSimEnv({ seed });
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random.next() * values.length)] as T;
    const some = <T>(make: () => T): T[] => Array.from({ length: Math.floor(random.next() * 4) }, make);
    const places = ['', 'a', 'b'];
    const names = ['n1', 'n2', 'n3', 'n10'];
    const subject = (): Subject =>
      pick<() => Subject>([
        () => ({ kind: 'User', name: pick(['u', 'v']) }),
        () => ({ kind: 'Group', name: pick(['g', 'h']) }),
        () => ({ kind: 'ServiceAccount', name: 's', namespace: pick(['', 'a', 'b']) }),
      ])();
    const world: World = { roles: new Map(), bindings: new Map() };
    let index = new RbacIndex();
    for (let step = 0; step < 300; step++) {
      const [namespace, name] = [pick(places), pick(names)];
      const key = `${namespace}/${name}`;
      const metadata = { name, ...(namespace ? { namespace } : {}) };
      const isGone = random.next() < 0.3;
      if (random.next() < 0.4) {
        const rules = some(() => ({ verbs: [pick(['get', 'list'])], apiGroups: [''], resources: [`r${step}`] }));
        const current: ClusterRole | undefined = isGone ? undefined : { metadata, rules };
        const previous = world.roles.get(key);
        if (current) world.roles.set(key, current);
        else world.roles.delete(key);
        if (current || previous) index.roleChanged(current, previous);
      } else {
        const roleRef = {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: namespace === '' ? 'ClusterRole' : pick(['ClusterRole', 'Role']),
          name: pick(names),
        };
        const current: RoleBinding | undefined = isGone ? undefined : { metadata, roleRef, subjects: some(subject) };
        const previous = world.bindings.get(key);
        if (current) world.bindings.set(key, current);
        else world.bindings.delete(key);
        if (current || previous) index.bindingChanged(current, previous);
      }
      const users: readonly UserInfo[] = [
        { username: pick(['u', 'v']), groups: ['h', 'g'] },
        { username: `system:serviceaccount:${pick(['a', 'b'])}:s`, groups: [] },
      ];
      for (const user of users) {
        for (const place of places) {
          assert.deepEqual(askIndex(index, user, place), askAll(world, user, place), `seed ${seed}, step ${step}`);
        }
      }
      if (step % 50 !== 49) continue;
      const anew = new RbacIndex();
      for (const binding of world.bindings.values()) anew.bindingChanged(binding, undefined);
      for (const role of world.roles.values()) anew.roleChanged(role, undefined);
      for (const user of users)
        for (const place of places) assert.deepEqual(askIndex(anew, user, place), askIndex(index, user, place));
      // What follows goes on with either.
      if (random.next() < 0.5) index = anew;
    }
    for (const binding of world.bindings.values()) index.bindingChanged(undefined, binding);
    for (const role of world.roles.values()) index.roleChanged(undefined, role);
    assert.deepEqual(index.size, { roles: 0, places: 0 }, 'what nobody names is forgotten');
  }
});
