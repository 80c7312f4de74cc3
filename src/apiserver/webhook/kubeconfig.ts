/**
 * kubeconfig files as configuration of webhooks: where to call, whom to trust, and who calls. Plugins that run programs are not
 * supported.
 */

import { decodeYaml } from '#api/codec/yaml-decode.ts';
import { ConfigurationError, type Tree } from '#api/configuration.ts';
import type { WebhookCredentials, WebhookTarget } from './webhook-client.ts';

/** Reads a file that the kubeconfig names; relative paths are relative to it. Throws when there is none. */
export type ReadReferenced = (path: string) => string;

/** The current context of a kubeconfig. Throws ConfigurationError. */
export function webhookTargetOf(text: string, read: ReadReferenced): WebhookTarget {
  const { value } = decodeYaml(text);
  const config = treeOf(value);
  const contexts = named(config['contexts'], 'context');
  const contextName = textOf(config['current-context']);
  const context = contexts.get(contextName);
  if (!context) {
    throw new ConfigurationError(
      contextName === ''
        ? 'invalid configuration: no configuration has been provided, current-context is not set'
        : `context "${contextName}" does not exist`,
    );
  }
  const clusterName = textOf(context['cluster']);
  const cluster = named(config['clusters'], 'cluster').get(clusterName);
  if (!cluster) throw new ConfigurationError(`cluster "${clusterName}" does not exist`);
  const user = named(config['users'], 'user').get(textOf(context['user'])) ?? {};
  const server = textOf(cluster['server']);
  if (!URL.canParse(server)) throw new ConfigurationError(`cluster "${clusterName}": invalid server: ${server}`);
  const authority = dataOrFile(cluster, 'certificate-authority', read);
  const serverName = textOf(cluster['tls-server-name']);
  return {
    url: new URL(server),
    ...(authority === undefined ? {} : { authorityPem: authority }),
    ...credentialsOf(user, read),
    ...(serverName === '' ? {} : { serverName }),
    ...(cluster['insecure-skip-tls-verify'] === true ? { insecureSkipTlsVerify: true } : {}),
  };
}

const nobody: WebhookCredentials = {};

/**
 * Who the API server is to webhooks: users of a kubeconfig are named by the host and port that they are for, `*.domain`, or `*`; then the current
 * context's (apiserver util/webhook/authentication.go). Throws ConfigurationError.
 */
export function webhookCredentialsOf(text: string, read: ReadReferenced): (hostPort: string) => WebhookCredentials {
  const config = treeOf(decodeYaml(text).value);
  const users = new Map(
    Array.from(named(config['users'], 'user'), ([name, user]) => [name, credentialsOf(user, read)] as const),
  );
  const context = named(config['contexts'], 'context').get(textOf(config['current-context']));
  const usual = users.get('*') ?? users.get(textOf(context?.['user'])) ?? nobody;
  return (hostPort) => {
    const port443 = hostPort.endsWith(':443') ? [hostPort.slice(0, -':443'.length)] : [];
    for (const target of [hostPort, ...port443]) {
      for (const name of [target, ...wildcardsOf(target)]) {
        const found = users.get(name);
        if (found) return found;
      }
    }
    return usual;
  };
}

/** '*.b.c' and '*.c' for 'a.b.c'. */
function wildcardsOf(target: string): readonly string[] {
  const steps = target.split('.');
  return steps.slice(1).map((_, position) => `*.${steps.slice(position + 1).join('.')}`);
}

function credentialsOf(user: Tree, read: ReadReferenced): WebhookCredentials {
  if (user['exec'] || user['auth-provider']) {
    throw new ConfigurationError('exec and auth-provider users are not supported for webhooks');
  }
  const certificate = dataOrFile(user, 'client-certificate', read);
  const key = dataOrFile(user, 'client-key', read);
  const authorization = authorizationOf(user, read);
  return {
    ...(certificate === undefined || key === undefined
      ? {}
      : { identity: { certificatePem: certificate, keyPem: key } }),
    ...(authorization === undefined ? {} : { authorization }),
  };
}

function authorizationOf(user: Tree, read: ReadReferenced): string | undefined {
  const tokenFile = textOf(user['tokenFile']);
  const token = textOf(user['token']) || (tokenFile === '' ? '' : read(tokenFile).trim());
  if (token !== '') return `Bearer ${token}`;
  const username = textOf(user['username']);
  if (username === '') return undefined;
  return `Basic ${new TextEncoder().encode(`${username}:${textOf(user['password'])}`).toBase64()}`;
}

/** 'name-data' holds base64 and wins over 'name', which is a path. */
function dataOrFile(tree: Tree, name: string, read: ReadReferenced): string | undefined {
  const data = textOf(tree[`${name}-data`]);
  if (data !== '') {
    try {
      return new TextDecoder().decode(Uint8Array.fromBase64(data));
    } catch (cause) {
      throw new ConfigurationError(`${name}-data is not base64`, { cause });
    }
  }
  const path = textOf(tree[name]);
  return path === '' ? undefined : read(path);
}

function named(list: unknown, content: string): ReadonlyMap<string, Tree> {
  const entries = Array.isArray(list) ? list.map(treeOf) : [];
  return new Map(entries.map((entry) => [textOf(entry['name']), treeOf(entry[content])]));
}

function treeOf(value: unknown): Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
