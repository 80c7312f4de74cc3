/** Subjects of role bindings as tables and describe print them. */

import type { Subject } from '#kinds/generated/rbac-v1.ts';

/** 'a, b' of one kind; service accounts with their namespace. */
export function subjectNames(subjects: readonly Subject[] | undefined, kind: string): string {
  return (subjects ?? [])
    .filter((subject) => subject.kind === kind)
    .map(({ namespace, name }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
    .join(', ');
}
