/** Registry credentials of imagePullSecrets: .dockerconfigjson and .dockercfg, matched by registry and path (pkg/credentialprovider). */

import type { Secret } from '#kinds/generated/core-v1.ts';
import type { ImageAuth } from '../cri/runtime.ts';
import { decodeBytes } from '../environment/environment.ts';
import { repositoryOf } from './image-name.ts';

interface DockerAuth {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/** What to try for an image, the most specific entry first. Unreadable secrets give nothing. */
export function credentialsFor(image: string, secrets: readonly Secret[]): readonly ImageAuth[] {
  const { registry, repository } = repositoryOf(image);
  const found: { readonly specificity: number; readonly auth: ImageAuth }[] = [];
  for (const secret of secrets) {
    for (const [key, value] of Object.entries(authsOf(secret))) {
      const specificity = matches(key, registry, repository);
      if (specificity !== undefined) found.push({ specificity, auth: imageAuth(key, value) });
    }
  }
  return found.sort((a, b) => b.specificity - a.specificity).map(({ auth }) => auth);
}

function authsOf({ data = {} }: Secret): Readonly<Record<string, DockerAuth>> {
  const modern = data['.dockerconfigjson'];
  const legacy = data['.dockercfg'];
  if (modern !== undefined) return readAuths(membersOf(parsed(modern))['auths']);
  return legacy === undefined ? {} : readAuths(parsed(legacy));
}

/** Undefined for what is no JSON: as if the secret held nothing; the pull then says what the registry refuses. */
function parsed(base64: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(decodeBytes(base64)));
  } catch {
    return undefined;
  }
}

/** Who wrote it is trusted with nothing but to know a password: what is no text is not there. */
function readAuths(auths: unknown): Readonly<Record<string, DockerAuth>> {
  const entries = Object.entries(membersOf(auths));
  return Object.fromEntries(
    entries.map(([key, value]) => {
      const texts = Object.entries(membersOf(value)).filter(([, text]) => typeof text === 'string');
      return [key, Object.fromEntries(texts)];
    }),
  );
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** How much of the image's place the key says, undefined where it says another. Keys are 'https://index.docker.io/v1/', 'registry.example.com/team', '*.example.com'. */
function matches(key: string, registry: string, repository: string): number | undefined {
  const [host = '', ...path] = key
    .replace(/^https?:\/\//, '')
    .replace(/\/v[12]\/?$/, '')
    .replace(/\/$/, '')
    .split('/');
  const hosts = registry === 'docker.io' ? ['docker.io', 'index.docker.io', 'registry-1.docker.io'] : [registry];
  const pattern = new RegExp(`^${host.split('*').map(RegExp.escape).join('[^.:]*')}$`);
  if (!hosts.some((candidate) => pattern.test(candidate))) return undefined;
  const prefix = path.join('/');
  return prefix === '' || repository === prefix || repository.startsWith(`${prefix}/`)
    ? host.length + prefix.length
    : undefined;
}

function imageAuth(serverAddress: string, auth: DockerAuth): ImageAuth {
  return {
    serverAddress,
    ...(auth.username ? { username: auth.username } : {}),
    ...(auth.password ? { password: auth.password } : {}),
    ...(auth.auth && !auth.username ? { auth: auth.auth } : {}),
    ...(auth.identitytoken ? { identityToken: auth.identitytoken } : {}),
    ...(auth.registrytoken ? { registryToken: auth.registrytoken } : {}),
  };
}
