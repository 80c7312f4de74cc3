/** Which autoscalers' targets select which pods: pods that two of them would size belong to neither. */

import { nothing, parseLabelSelector, type Selector, SelectorError } from '#api/label-selector.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import type { Finding } from './conditions.ts';

export type Selection =
  | { readonly type: 'pods'; readonly selector: Selector; readonly pods: readonly Pod[] }
  | { readonly type: 'invalid'; readonly event: string; readonly message: string; readonly finding: Finding };

export class TargetSelectors {
  private readonly selectors = new Map<string, Selector>();

  /** Until its target was looked at, an autoscaler selects nothing. */
  add(key: string): void {
    if (!this.selectors.has(key)) this.selectors.set(key, nothing);
  }

  delete(key: string): void {
    this.selectors.delete(key);
  }

  /** `text` is the scale's selector; `pods` are those of the autoscaler's namespace. */
  select(key: string, text: string, pods: readonly Pod[]): Selection {
    if (text === '') {
      const finding = notActive('InvalidSelector', "the HPA target's scale is missing a selector");
      return { type: 'invalid', event: 'SelectorRequired', message: 'selector is required', finding };
    }
    let selector: Selector;
    try {
      selector = parseLabelSelector(text);
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error;
      const message = `couldn't convert selector into a corresponding internal selector object: ${error.message}`;
      return { type: 'invalid', event: 'InvalidSelector', message, finding: notActive('InvalidSelector', message) };
    }
    if (this.selectors.has(key)) this.selectors.set(key, selector);
    const selected = pods.filter(({ metadata }) => selector.matches(metadata?.labels));
    const rivals = this.selecting(key.slice(0, key.indexOf('/') + 1), selected);
    if (rivals.length > 1) {
      const names = rivals.map((rival) => `{${rival.split('/').reverse().join(' ')}}`).join(' ');
      const message = `pods by selector ${text} are controlled by multiple HPAs: [${names}]`;
      return { type: 'invalid', event: 'AmbiguousSelector', message, finding: notActive('AmbiguousSelector', message) };
    }
    return { type: 'pods', selector, pods: selected };
  }

  private selecting(namespacePrefix: string, pods: readonly Pod[]): string[] {
    const found = [...this.selectors].filter(
      ([key, selector]) =>
        key.startsWith(namespacePrefix) && pods.some(({ metadata }) => selector.matches(metadata?.labels)),
    );
    return found.map(([key]) => key).sort();
  }
}

function notActive(reason: string, message: string): Finding {
  return { type: 'ScalingActive', status: 'False', reason, message };
}
