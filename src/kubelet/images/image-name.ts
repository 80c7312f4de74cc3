/** Image names: a default tag, and upstream's refusal of what is no reference (distribution/reference grammar). */

const domainComponent = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const domain = `(?:${domainComponent}(?:\\.${domainComponent})*|\\[(?:[a-fA-F0-9:]+)\\])(?::[0-9]+)?`;
const pathComponent = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const repository = `(?:${domain}/)?${pathComponent}(?:/${pathComponent})*`;
const tag = '[\\w][\\w.-]{0,127}';
const digest = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
const reference = new RegExp(`^(${repository})(?::(${tag}))?(?:@(${digest}))?$`);

/** 'nginx' to 'nginx:latest'; throws with upstream's text for what cannot be an image. */
export function withDefaultTag(image: string): string {
  const match = reference.exec(image);
  if (!match) {
    const name = reference.exec(image.toLowerCase())?.[1];
    const reason = name
      ? `invalid reference format: repository name (${pathOf(image.slice(0, name.length))}) must be lowercase`
      : 'invalid reference format';
    throw new Error(`couldn't parse image name "${image}": ${reason}`);
  }
  return match[2] === undefined && match[3] === undefined ? `${image}:latest` : image;
}

/** The repository without its host, of short names the official one. A first part is a host as in `repositoryOf`, or when it has a capital letter (distribution/reference splitDockerDomain). */
function pathOf(name: string): string {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  if (isHost) return name.slice(slash + 1);
  return slash < 0 ? `library/${name}` : name;
}

/** Registry host that credentials are looked up by, and the repository under it: 'docker.io' for short names. */
export function repositoryOf(image: string): { readonly registry: string; readonly repository: string } {
  const name = image.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost = first.includes('.') || first.includes(':') || first === 'localhost';
  if (!isHost) return { registry: 'docker.io', repository: slash < 0 ? `library/${name}` : name };
  return { registry: first, repository: name.slice(slash + 1) };
}
