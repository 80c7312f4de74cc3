/**
 * APIServices of what this server answers itself, and the ConfigMap by which other API servers know whom to believe (upstream: the
 * autoregister controller, the crdregistration controller, cluster_authentication_trust).
 *
 * Those of built-in groups are made at each start and then left alone; those of custom resources come and go with them.
 */

import { isAlreadyExists, isConflict, isNotFound } from '#api/errors.ts';
import type { RequestHeaderConfig } from '#apiserver/authentication/request-header.ts';
import { isBuiltinGroupVersion, localPriority } from '#apiserver/discovery/priorities.ts';
import type { Registry } from '#apiserver/registry/registry.ts';
import type { Env } from '#base/env.ts';
import { equalTrees } from '#base/equal.ts';
import { messageOf } from '#base/errors.ts';
import type { Client } from '#client/client.ts';
import { APIServices } from '#kinds/apiregistration/api-service/definition.ts';
import { ConfigMaps } from '#kinds/core/config-map/definition.ts';
import type { APIService } from '#kinds/generated/apiregistration-v1.ts';

const automanaged = 'kube-aggregator.kubernetes.io/automanaged';
const retryMs = 1000;

export interface ApiServicesOptions {
  readonly env: Env;
  readonly client: Client;
  readonly registry: Registry;
}

/** Resolves when the store has those of everything served now; keeps them in step until the signal fires. */
export async function keepApiServices(
  { env, client, registry }: ApiServicesOptions,
  signal: AbortSignal,
): Promise<void> {
  let seen = -1;
  let working = false;
  const sync = async (isStart: boolean): Promise<void> => {
    seen = registry.generation;
    const present = new Map((await client.list(APIServices)).items.map((item) => [item.metadata?.name ?? '', item]));
    const wanted = planApiServices(registry, isStart);
    const names = new Set(wanted.map(({ metadata }) => metadata?.name));
    await Promise.all(
      wanted.map((object) =>
        present.has(object.metadata?.name ?? '')
          ? undefined
          : client.create(APIServices, object).catch((error: unknown) => {
              if (!isAlreadyExists(error)) throw error;
            }),
      ),
    );
    for (const [name, { metadata }] of present) {
      if (metadata?.labels?.[automanaged] !== 'true' || names.has(name)) continue;
      await client.delete(APIServices, { name }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    }
  };
  const follow = async (): Promise<void> => {
    if (working || signal.aborted) return;
    working = true;
    try {
      while (seen !== registry.generation && !signal.aborted) await sync(false);
    } catch (error) {
      seen = -1;
      env.log.warn('keeping APIServices failed, will retry', { error: messageOf(error) });
      env.clock.after(retryMs, () => void follow());
    } finally {
      working = false;
    }
  };
  await sync(true);
  // The registry tells of a change while it is being made.
  registry.onChange(() => void Promise.resolve().then(follow));
  await follow();
}

/** Those of custom resources, and at the start those of built-in groups too. */
export function planApiServices(registry: Registry, isStart: boolean): readonly APIService[] {
  const wanted = new Map<string, APIService>();
  for (const { definition } of registry.all()) {
    const { group, version } = definition;
    // Upstream has none for the group of APIServices itself.
    if (group === APIServices.group) continue;
    const isBuiltin = isBuiltinGroupVersion(group, version);
    if (isBuiltin && !isStart) continue;
    const name = `${version}.${group}`;
    wanted.set(name, {
      metadata: { name, labels: { [automanaged]: isBuiltin ? 'onstart' : 'true' } },
      spec: { ...(group === '' ? {} : { group }), version, ...localPriority(group, version) },
    });
  }
  return [...wanted.values()];
}

export interface ClusterTrust {
  /** PEM: whose client certificates are believed. */
  readonly clientCa: string;
  /** PEM: who signs front proxies' certificates. */
  readonly requestHeaderCa: string;
  /** Front proxies of others, by the server's flags: believed beside the server's own. */
  readonly others?: { readonly ca: string; readonly config: RequestHeaderConfig } | undefined;
}

/** ConfigMap kube-system/extension-apiserver-authentication. */
export async function ensureClusterTrust(client: Client, trust: ClusterTrust): Promise<void> {
  const metadata = { namespace: 'kube-system', name: 'extension-apiserver-authentication' };
  const data = trustData(trust);
  try {
    const current = await client.get(ConfigMaps, metadata);
    if (!equalTrees(current.data, data)) await client.update(ConfigMaps, { ...current, data });
  } catch (error) {
    if (isConflict(error)) return;
    if (!isNotFound(error)) throw error;
    await client.create(ConfigMaps, { metadata, data });
  }
}

/** Each name once, the server's own first. Others that allow any proxy of their authority leave no names. */
export function trustData({ clientCa, requestHeaderCa, others }: ClusterTrust): Readonly<Record<string, string>> {
  const list = (own: string, more: readonly string[] = []) => JSON.stringify([...new Set([own, ...more])]);
  const { config } = others ?? {};
  const allowsAny = config?.allowedNames.length === 0;
  return {
    'client-ca-file': clientCa,
    'requestheader-allowed-names': allowsAny ? '[]' : list('front-proxy-client', config?.allowedNames),
    'requestheader-client-ca-file': others ? `${requestHeaderCa.trimEnd()}\n${others.ca}` : requestHeaderCa,
    'requestheader-extra-headers-prefix': list('X-Remote-Extra-', config?.extraHeaderPrefixes),
    'requestheader-group-headers': list('X-Remote-Group', config?.groupHeaders),
    'requestheader-uid-headers': list('X-Remote-Uid', config?.uidHeaders),
    'requestheader-username-headers': list('X-Remote-User', config?.usernameHeaders),
  };
}
