/** A label selector with the two things that counting needs beside matching: a canonical key, and whether it is empty. */

import type { LabelSelector } from '#api/generated/meta-v1.ts';
import {
  everything as everythingSelector,
  formatSelector,
  type Labels,
  nothing as nothingSelector,
  type Selector,
  selectorFromLabelSelector,
  selectorFromSet,
} from '#api/label-selector.ts';

export interface LabelMatcher {
  /** Equal for selectors that match the same labels by the same requirements. */
  readonly key: string;
  /** Has no requirement and matches everything. The selector of an absent LabelSelector matches nothing and is not empty. */
  readonly empty: boolean;
  readonly matches: (labels: Labels | undefined) => boolean;
}

export const everything = matcherOf(everythingSelector);
export const nothing = matcherOf(nothingSelector);

/** Absent matches nothing, `{}` everything. Throws SelectorError when it is invalid. */
export function labelMatcher(source: LabelSelector | undefined): LabelMatcher {
  return source ? matcherOf(selectorFromLabelSelector(source)) : nothing;
}

export function labelMatcherOfSet(labels: Labels): LabelMatcher {
  return matcherOf(selectorFromSet(labels));
}

/** What both match. Nothing stays nothing. */
export function bothMatch(a: LabelMatcher, b: LabelMatcher): LabelMatcher {
  if (a.empty || b === nothing) return b;
  if (b.empty || a === nothing) return a;
  return {
    key: `${a.key},${b.key}`,
    empty: false,
    matches: (labels) => a.matches(labels) && b.matches(labels),
  };
}

function matcherOf(selector: Selector): LabelMatcher {
  return {
    key: selector.nothing ? '<none>' : formatSelector(selector),
    empty: !selector.nothing && selector.requirements.length === 0,
    matches: selector.matches,
  };
}
