/** Image references as far as the API needs them: which tag or digest a reference names (distribution reference grammar). */

/** The tag of a reference: 'latest' when it has neither tag nor digest, '' when only a digest or when it is no reference. */
export function imageTag(reference: string): string {
  if (/\s/.test(reference)) return '';
  const at = reference.indexOf('@');
  const plain = at < 0 ? reference : reference.slice(0, at);
  const colon = plain.lastIndexOf(':');
  // A colon before the last slash belongs to the registry's port.
  if (colon > plain.lastIndexOf('/')) return plain.slice(colon + 1);
  return at < 0 ? 'latest' : '';
}

/** Always for ':latest' (also implied), IfNotPresent otherwise. */
export function defaultPullPolicy(reference: string): 'Always' | 'IfNotPresent' {
  return imageTag(reference) === 'latest' ? 'Always' : 'IfNotPresent';
}
