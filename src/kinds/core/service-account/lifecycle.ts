/** What service accounts are stripped of, and what is deprecated about them. */

import type { Draft } from '#base/edit.ts';
import type { ServiceAccount } from '#kinds/generated/core-v1.ts';

const enforceKey = 'kubernetes.io/enforce-mountable-secrets';

/** Of references to secrets only the names count. */
export function nameSecretsOnly(account: Draft<ServiceAccount>): void {
  if (account.secrets) account.secrets = account.secrets.map(({ name }) => (name === undefined ? {} : { name }));
}

export function mountableSecretsWarnings({ metadata }: ServiceAccount, old: ServiceAccount | undefined): string[] {
  if (old?.metadata?.annotations?.[enforceKey] !== undefined) return [];
  if (metadata?.annotations?.[enforceKey] === undefined) return [];
  return [
    `metadata.annotations[${enforceKey}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
  ];
}
