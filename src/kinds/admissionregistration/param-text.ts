/** A policy binding's parameter reference as tables print it. */

import { formatLabelSelector } from '#api/label-selector.ts';
import type { ParamRef } from '#kinds/generated/admissionregistration-v1.ts';

/** 'namespace/name', or the selector, in place of the name. */
export function paramText(reference: ParamRef | undefined): string | undefined {
  if (!reference) return undefined;
  const { namespace, name, selector } = reference;
  const what = name || (selector ? formatLabelSelector(selector) : '');
  return namespace ? `${namespace}/${what}` : what;
}
