/** /flagz of a server: the options that were given, what the others come to, and what the cluster's settings stand for. */

import type { Flags } from '#apiserver/zpages/flagz.ts';
import { allServerOptions, type ServerFlag, type ServerFlags } from '../server-options.ts';
import type { ClusterSettings } from '../settings.ts';

/** Values of options that were not given, as upstream prints them; for those that are not here nothing, or an empty list. */
const absent: { readonly [flag in ServerFlag]?: string } = {
  'anonymous-auth': 'false',
  'audit-log-maxage': '0',
  'audit-log-maxbackup': '0',
  'audit-log-maxsize': '0',
  'audit-log-truncate-enabled': 'false',
  'audit-log-truncate-max-batch-size': '10485760',
  'audit-log-truncate-max-event-size': '102400',
  'audit-webhook-truncate-enabled': 'false',
  'audit-webhook-truncate-max-batch-size': '10485760',
  'audit-webhook-truncate-max-event-size': '102400',
  'audit-webhook-batch-buffer-size': '10000',
  'audit-webhook-batch-max-size': '400',
  'audit-webhook-batch-max-wait': '30s',
  'audit-webhook-initial-backoff': '10s',
  'authentication-token-webhook-cache-ttl': '2m0s',
  'authentication-token-webhook-version': 'v1beta1',
  'authorization-mode': '[Node,RBAC]',
  'authorization-webhook-cache-authorized-ttl': '5m0s',
  'authorization-webhook-cache-unauthorized-ttl': '30s',
  'authorization-webhook-version': 'v1beta1',
  'oidc-signing-algs': '[RS256]',
  'oidc-username-claim': 'sub',
  profiling: 'true',
  'shutdown-delay-duration': '0s',
  'shutdown-watch-termination-grace-period': '0s',
};

export function flagsInForce(settings: ClusterSettings, more: Flags): Flags {
  const given: ServerFlags = settings.serverFlags ?? {};
  const flags: Record<string, string> = {
    'secure-port': String(settings.apiPort),
    'service-cluster-ip-range': settings.network.serviceCidr,
    'service-node-port-range': settings.nodePorts,
    ...more,
  };
  for (const { flag, kind } of allServerOptions) {
    const values = given[flag];
    const isList = kind === 'list' || kind === 'repeated';
    flags[flag] = values
      ? isList
        ? `[${values.join(',')}]`
        : (values.at(-1) ?? '')
      : (absent[flag] ?? (isList ? '[]' : ''));
  }
  return flags;
}
