/** What the community's own API groups ask of a CustomResourceDefinition: the approval by annotation (KEP 2337, apihelpers.GetAPIApprovalState). Pure. */

import { goQuote } from '#base/go-quote.ts';
import { parseURL } from './url-text.ts';

export const approvalAnnotation = 'api-approved.kubernetes.io';

export interface Approval {
  readonly state: 'missing' | 'bypassed' | 'approved' | 'invalid';
  /** What refusals and conditions say of it. */
  readonly reason: string;
}

/** Of *.k8s.io and *.kubernetes.io. */
export function isProtectedGroup(group: string): boolean {
  return /(^|\.)(k8s|kubernetes)\.io$/.test(group);
}

/** `annotation` is the value of the definition's annotation, empty when it has none. */
export function approvalOf(annotation = ''): Approval {
  const needed = `protected groups must have approval annotation "${approvalAnnotation}"`;
  const enhancement = 'see https://github.com/kubernetes/enhancements/pull/1111';
  if (annotation === '') return { state: 'missing', reason: `${needed}, ${enhancement}` };
  if (annotation.startsWith('unapproved')) return { state: 'bypassed', reason: `not approved: ${goQuote(annotation)}` };
  const url = parseURL(annotation);
  if (!('fault' in url) && url.host !== '' && url.scheme !== '') {
    return { state: 'approved', reason: `approved in ${annotation}` };
  }
  const reason = `${needed} with either a URL or a reason starting with "unapproved", ${enhancement}`;
  return { state: 'invalid', reason };
}
