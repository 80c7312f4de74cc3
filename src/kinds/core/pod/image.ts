/** Image references as far as the API needs them: which tag or digest a reference names (distribution reference grammar). */

/** No reference is longer: 255 of the name, 128 of the tag, and the digest. */
const maxLength = 600;
const maxNameLength = 255;

const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const domainComponent = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const domain = `(?:${domainComponent}(?:\\.${domainComponent})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const digest = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
const pattern = new RegExp(
  `^(?<name>(?:${domain}/)?${component}(?:/${component})*)(?::(?<tag>[\\w][\\w.-]{0,127}))?(?:@(?<digest>${digest}))?$`,
);
/** Digests of the algorithms that there are. */
const knownDigest = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;
/** A name that looks like the identifier of an image is none. */
const identifier = /^[0-9a-f]{64}$/;

/** The tag of a reference: 'latest' when it has neither tag nor digest, '' when only a digest or when it is no reference. */
export function imageTag(reference: string): string {
  if (reference.length > maxLength || identifier.test(reference)) return '';
  const groups = pattern.exec(wholeReference(reference))?.groups;
  if (!groups?.['name'] || groups['name'].length > maxNameLength) return '';
  if (groups['digest'] !== undefined && !knownDigest.test(groups['digest'])) return '';
  return groups['tag'] ?? (groups['digest'] === undefined ? 'latest' : '');
}

/** With the registry and repository that are meant where none is said. */
function wholeReference(reference: string): string {
  const slash = reference.indexOf('/');
  const first = reference.slice(0, Math.max(slash, 0));
  const namesRegistry = /[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first;
  if (slash < 0 || !namesRegistry) return `docker.io/${slash < 0 ? 'library/' : ''}${reference}`;
  return reference;
}

/** Always for ':latest' (also implied), IfNotPresent otherwise. */
export function defaultPullPolicy(reference: string): 'Always' | 'IfNotPresent' {
  return imageTag(reference) === 'latest' ? 'Always' : 'IfNotPresent';
}
