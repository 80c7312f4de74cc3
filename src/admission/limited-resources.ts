/** Consumption that the server's configuration allows only under a quota that covers it (resourcequota limitedResources, KEP-1514). */

import type { KubeObject } from '#api/object.ts';
import { compareQuantities } from '#api/quantity.ts';
import type { ResourceList } from '#kinds/core/pod/resources.ts';
import { matchesScope } from '#kinds/core/resource-quota/usage.ts';
import type { ResourceQuota, ScopedResourceSelectorRequirement } from '#kinds/generated/core-v1.ts';
import type { LimitedResource } from './configuration.ts';

export interface LimitedRequest {
  readonly group: string;
  /** Plural. */
  readonly plural: string;
  /** As quotas name it. */
  readonly resource: string;
  readonly object: KubeObject;
  readonly usage: ResourceList;
}

export interface Uncovered {
  readonly by: 'name' | 'scope';
  readonly text: string;
}

/** What no quota covers, by name or by scope, in upstream's words. `covered` are the names that quotas limit which match the object. */
export function uncovered(
  limited: readonly LimitedResource[],
  { group, plural, resource, object, usage }: LimitedRequest,
  covered: ReadonlySet<string>,
  quotas: readonly ResourceQuota[],
): Uncovered | undefined {
  const names = limitedNames(
    limited.filter((entry) => entry.apiGroup === group && entry.resource === plural),
    usage,
  ).filter((name) => !covered.has(name));
  if (names.length > 0) return { by: 'name', text: `insufficient quota to consume: ${names.join(',')}` };
  const matching = (requirements: readonly ScopedResourceSelectorRequirement[]) =>
    requirements.filter((requirement) => matchesScope(requirement, resource, object));
  const wanted = matching(limited.flatMap(({ matchScopes }) => matchScopes));
  if (wanted.length === 0) return undefined;
  const given = matching(quotas.flatMap(scopesOf));
  const missing = wanted.filter(({ scopeName }) => !given.some((scope) => scope.scopeName === scopeName));
  if (missing.length === 0) return undefined;
  const texts = missing.map(
    ({ scopeName, operator, values = [] }) => `{${scopeName} ${operator} [${values.join(' ')}]}`,
  );
  return { by: 'scope', text: `insufficient quota to match these scopes: [${texts.join(' ')}]` };
}

/** Sorted. */
function limitedNames(limited: readonly LimitedResource[], usage: ResourceList): readonly string[] {
  const parts = limited.flatMap(({ matchContains }) => matchContains);
  return Object.keys(usage)
    .filter((name) => compareQuantities(usage[name] ?? '0', '0') > 0 && parts.some((part) => name.includes(part)))
    .sort();
}

function scopesOf({ spec }: ResourceQuota): readonly ScopedResourceSelectorRequirement[] {
  const named = (spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' as const }));
  return [...named, ...(spec?.scopeSelector?.matchExpressions ?? [])];
}
