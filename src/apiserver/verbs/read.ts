/** What reads share: how fresh the cache must be, which objects a selector means. */

import { newBadRequest, StatusError } from '#api/errors.ts';
import type { FieldSelector } from '#api/field-selector.ts';
import type { Store } from '#store/store.ts';
import type { Selectable } from '../cache/cached-object.ts';
import type { Resource } from '../registry/resource.ts';
import { type ListOptions, parseResourceVersion } from '../request/list-options.ts';

/**
 * Resolves when the cache can answer, undefined when it can now: '' is as new as anything acknowledged before the request (consistent), '0'
 * whatever is there, a version at least that one. Rejects with 504 for a version that does not come; throws 400 for what is none.
 */
export function whenFresh(resource: Resource, store: Store, resourceVersion: string): Promise<void> | undefined {
  const loading = resource.cache.ensureLoaded();
  return loading
    ? loading.then(() => whenLoadedFresh(resource, store, resourceVersion))
    : whenLoadedFresh(resource, store, resourceVersion);
}

function whenLoadedFresh({ cache }: Resource, store: Store, resourceVersion: string): Promise<void> | undefined {
  if (resourceVersion === '0') return undefined;
  if (resourceVersion === '') {
    const newest = store.revision();
    return typeof newest === 'number' ? cache.waitFor(newest) : newest.then((revision) => cache.waitFor(revision));
  }
  const revision = parseResourceVersion(resourceVersion);
  const waiting = cache.waitFor(revision);
  if (revision <= Number.MAX_SAFE_INTEGER) return waiting;
  return waiting?.catch((error) => sayExactly(error, resourceVersion));
}

/** Versions are uint64: one beyond what a number holds never comes, and the answer names it as it was asked for. */
function sayExactly(error: unknown, resourceVersion: string): never {
  if (!(error instanceof StatusError) || error.code !== 504) throw error;
  const rounded = String(Number(resourceVersion));
  const message = error.message.replace(rounded, () => String(BigInt(resourceVersion)));
  throw new StatusError({ ...error.status, message });
}

export type Matcher = (object: Selectable) => boolean;

/** The selectors as one function; undefined when they match everything. Throws 400 for a field that the kind has not. */
export function matcherOf(
  resource: Resource,
  { labelSelector, fieldSelector }: Pick<ListOptions, 'labelSelector' | 'fieldSelector'>,
): Matcher | undefined {
  const fields = fieldMatcher(resource, fieldSelector);
  if (labelSelector.requirements.length === 0 && !labelSelector.nothing) return fields;
  return (object) => labelSelector.matches(object.labels) && (!fields || fields(object));
}

function fieldMatcher(resource: Resource, selector: FieldSelector): Matcher | undefined {
  if (selector.requirements.length === 0) return undefined;
  const tests = selector.requirements.map(({ field, operator, value }) => {
    const read = resource.fieldOf(field);
    if (!read) throw newBadRequest(unknownFieldMessage(resource, field));
    return (object: Selectable) => (read(object) === value) === (operator === '=');
  });
  const [only] = tests;
  return tests.length === 1 && only ? only : (object) => tests.every((test) => test(object));
}

function unknownFieldMessage({ definition, isCustom }: Resource, field: string): string {
  return isCustom || Object.keys(definition.selectableFields).length > 0
    ? `field label not supported: ${field}`
    : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

/** Keys of a namespace, or all: from (inclusive) and to (exclusive). '0' follows '/'. */
export function keyRange(namespace: string): { readonly from: string; readonly to: string } {
  return namespace === '' ? { from: '', to: '' } : { from: `${namespace}/`, to: `${namespace}0` };
}
