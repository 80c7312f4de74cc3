/**
 * Options of the API server that people may set, under kube-apiserver's names: one table. `kubets up` takes them, they stay with the
 * cluster, and the server role reads them. What is not said is not there.
 */

import { resolve } from 'node:path';
import { millisecondsOf } from '#api/configuration.ts';
import { parseDuration } from '#api/duration.ts';
import { Failure } from './failure.ts';

/** `file` is a path, made absolute; `list` is separated by commas; `repeated` may be given several times and is not split. */
export type ServerOptionKind = 'text' | 'file' | 'list' | 'repeated';

export interface ServerOption {
  readonly flag: string;
  readonly kind: ServerOptionKind;
  /** Stands for the value in help texts. */
  readonly value: string;
  readonly description: string;
}

export const serverOptions = {
  'authentication-config': {
    kind: 'file',
    value: 'file',
    description: 'AuthenticationConfiguration: issuers of JWTs, anonymous access; read again when it changes',
  },
  'encryption-provider-config': {
    kind: 'file',
    value: 'file',
    description: 'EncryptionConfiguration: what is encrypted in the store, and how; read again when it changes',
  },
  'anonymous-auth': {
    kind: 'text',
    value: 'true|false',
    description: 'whether all paths may be asked for anonymously',
  },
  'oidc-issuer-url': { kind: 'text', value: 'url', description: 'OpenID issuer; with --oidc-client-id' },
  'oidc-client-id': { kind: 'text', value: 'id', description: 'audience of its tokens' },
  'oidc-ca-file': { kind: 'file', value: 'file', description: "authorities of the issuer's certificate" },
  'oidc-username-claim': { kind: 'text', value: 'claim', description: "claim that is the user's name (default: sub)" },
  'oidc-username-prefix': { kind: 'text', value: 'text', description: "before names; '-' for none" },
  'oidc-groups-claim': { kind: 'text', value: 'claim', description: 'claim that holds groups' },
  'oidc-groups-prefix': { kind: 'text', value: 'text', description: 'before groups' },
  'oidc-signing-algs': { kind: 'list', value: 'names', description: 'algorithms of signatures (default: RS256)' },
  'oidc-required-claim': { kind: 'repeated', value: 'claim=value', description: 'claim that tokens must have' },
  'authentication-token-webhook-config-file': {
    kind: 'file',
    value: 'kubeconfig',
    description: 'webhook that reviews bearer tokens',
  },
  'authentication-token-webhook-version': { kind: 'text', value: 'version', description: 'v1 or v1beta1 (default)' },
  'authentication-token-webhook-cache-ttl': {
    kind: 'text',
    value: 'duration',
    description: 'time that its answers are remembered (default: 2m)',
  },
  'token-auth-file': { kind: 'file', value: 'file', description: 'lines of token, user, uid, "group,group"' },
  'requestheader-client-ca-file': { kind: 'file', value: 'file', description: 'authority of front proxies' },
  'requestheader-allowed-names': { kind: 'list', value: 'names', description: 'common names of front proxies' },
  'requestheader-username-headers': { kind: 'list', value: 'names', description: 'such as X-Remote-User' },
  'requestheader-uid-headers': { kind: 'list', value: 'names', description: 'such as X-Remote-Uid' },
  'requestheader-group-headers': { kind: 'list', value: 'names', description: 'such as X-Remote-Group' },
  'requestheader-extra-headers-prefix': { kind: 'list', value: 'prefixes', description: 'such as X-Remote-Extra-' },
  'authorization-mode': {
    kind: 'list',
    value: 'modes',
    description: 'AlwaysAllow, AlwaysDeny, ABAC, Webhook, RBAC, Node in order (default: Node,RBAC)',
  },
  'authorization-policy-file': { kind: 'file', value: 'file', description: 'policies of ABAC' },
  'authorization-config': {
    kind: 'file',
    value: 'file',
    description: 'AuthorizationConfiguration: authorizers in order; read again when it changes',
  },
  'authorization-webhook-config-file': { kind: 'file', value: 'kubeconfig', description: 'webhook of mode Webhook' },
  'authorization-webhook-version': { kind: 'text', value: 'version', description: 'v1 or v1beta1 (default)' },
  'authorization-webhook-cache-authorized-ttl': { kind: 'text', value: 'duration', description: 'default: 5m' },
  'authorization-webhook-cache-unauthorized-ttl': { kind: 'text', value: 'duration', description: 'default: 30s' },
  'audit-policy-file': {
    kind: 'file',
    value: 'file',
    description: 'which requests are recorded, and how much of each',
  },
  'audit-log-path': { kind: 'file', value: 'file', description: "where to; '-' is the server's own log" },
  'audit-log-maxsize': { kind: 'text', value: 'megabytes', description: 'size at which a new file begins' },
  'audit-log-maxbackup': { kind: 'text', value: 'number', description: 'old files that are kept (default: all)' },
  'audit-log-maxage': { kind: 'text', value: 'days', description: 'days that old files are kept (default: for ever)' },
  'audit-webhook-config-file': { kind: 'file', value: 'kubeconfig', description: 'webhook that takes records' },
  'audit-webhook-batch-buffer-size': { kind: 'text', value: 'number', description: 'default: 10000' },
  'audit-webhook-batch-max-size': { kind: 'text', value: 'number', description: 'default: 400' },
  'audit-webhook-batch-max-wait': { kind: 'text', value: 'duration', description: 'default: 30s' },
  'audit-webhook-initial-backoff': { kind: 'text', value: 'duration', description: 'default: 10s' },
  'audit-log-truncate-enabled': {
    kind: 'text',
    value: 'true|false',
    description: 'large records lose the bodies of request and response (default: false)',
  },
  'audit-log-truncate-max-event-size': { kind: 'text', value: 'bytes', description: 'default: 102400' },
  'audit-log-truncate-max-batch-size': { kind: 'text', value: 'bytes', description: 'default: 10485760' },
  'audit-webhook-truncate-enabled': { kind: 'text', value: 'true|false', description: 'the same for the webhook' },
  'audit-webhook-truncate-max-event-size': { kind: 'text', value: 'bytes', description: 'default: 102400' },
  'audit-webhook-truncate-max-batch-size': { kind: 'text', value: 'bytes', description: 'default: 10485760' },
  'admission-control-config-file': {
    kind: 'file',
    value: 'file',
    description: 'AdmissionConfiguration: what single admission plugins are told',
  },
  'enable-admission-plugins': {
    kind: 'list',
    value: 'names',
    description: 'admission plugins beside those that are on',
  },
  'disable-admission-plugins': { kind: 'list', value: 'names', description: 'admission plugins that are on otherwise' },
  profiling: { kind: 'text', value: 'true|false', description: 'serve /debug/pprof and /debug/flags (default: true)' },
  'shutdown-delay-duration': {
    kind: 'text',
    value: 'duration',
    description: 'time between failing /readyz and ending (default: 0s)',
  },
  'shutdown-watch-termination-grace-period': {
    kind: 'text',
    value: 'duration',
    description: 'time over which watches are ended when the server ends (default: 0s)',
  },
} as const satisfies Readonly<Record<string, Omit<ServerOption, 'flag'>>>;

export type ServerFlag = keyof typeof serverOptions;

/** Values by flag, as given; lists are split already. */
export type ServerFlags = { readonly [flag in ServerFlag]?: readonly string[] };

export const allServerOptions: readonly (ServerOption & { readonly flag: ServerFlag })[] = Object.entries(
  serverOptions,
).map(([flag, option]) => ({ ...option, flag: flag as ServerFlag }));

/** One value of a flag, or undefined when it was not given. */
export function flagText(flags: ServerFlags, flag: ServerFlag): string | undefined {
  return flags[flag]?.at(-1);
}

export function flagList(flags: ServerFlags, flag: ServerFlag): readonly string[] {
  return flags[flag] ?? [];
}

/** Milliseconds of a flag in Go's form. Throws Failure. */
export function durationFlag(flags: ServerFlags, flag: ServerFlag, absentMs: number): number {
  const text = flagText(flags, flag);
  if (text === undefined) return absentMs;
  const nanos = parseDuration(text);
  if (nanos === undefined) throw new Failure(`--${flag} ${text}: a duration such as 2m or 30s is expected`);
  return millisecondsOf(nanos);
}

/** Throws Failure. */
export function booleanFlag(flags: ServerFlags, flag: ServerFlag, absent: boolean): boolean {
  const text = flagText(flags, flag);
  if (text === undefined) return absent;
  if (text !== 'true' && text !== 'false') throw new Failure(`--${flag} ${text}: true or false is expected`);
  return text === 'true';
}

/** A whole number of at least 0; `absent` when the flag was not given. */
export function numberFlag(flags: ServerFlags, flag: ServerFlag, absent: number): number {
  const text = flagText(flags, flag);
  if (text === undefined) return absent;
  if (!/^\d{1,9}$/.test(text)) throw new Failure(`--${flag} ${text}: a whole number of at least 0 is expected`);
  return Number(text);
}

/** The options that a cluster has when some of them are given anew. */
export function mergedFlags(former: ServerFlags, given: ServerFlags): ServerFlags {
  return Object.fromEntries(Object.entries({ ...former, ...given }).filter(([, values]) => values.length > 0));
}

/** What was typed (once, or several times) as the values that are kept; none for an empty text, which takes an option back. */
export function flagValues(option: ServerOption, typed: readonly string[]): readonly string[] {
  if (typed.length === 1 && typed[0] === '') return [];
  switch (option.kind) {
    case 'text':
    case 'repeated':
      return typed;
    case 'file':
      return typed.map((path) => (path === '-' ? path : resolve(path)));
    case 'list':
      return typed.flatMap((text) => text.split(',')).filter((item) => item !== '');
  }
}
