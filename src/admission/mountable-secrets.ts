/**
 * Service accounts whose annotation keeps their pods to the secrets that they list (kubernetes.io/enforce-mountable-secrets, deprecated upstream and
 * still enforced). Pure; faults in upstream's words.
 */

import type { Container, Pod, ServiceAccount } from '#kinds/generated/core-v1.ts';

const annotation = 'kubernetes.io/enforce-mountable-secrets';
/** What Go's strconv.ParseBool takes for true. */
const trueTexts = ['1', 't', 'T', 'true', 'TRUE', 'True'];

type SecretUser = Pick<Container, 'name' | 'env' | 'envFrom'>;

export function enforcesMountableSecrets({ metadata }: ServiceAccount): boolean {
  return trueTexts.includes(metadata?.annotations?.[annotation] ?? '');
}

/** The first secret of a new pod that its account does not list. */
export function podSecretFault({ spec }: Pod, account: ServiceAccount): string | undefined {
  const listed = listedSecrets(account);
  const own = account.metadata?.name ?? '';
  for (const { secret } of spec?.volumes ?? []) {
    if (!secret || listed.has(secret.secretName ?? '')) continue;
    return `volume with secret.secretName="${secret.secretName ?? ''}" is not allowed because service account ${own} does not reference that secret`;
  }
  const fault =
    containerFault(spec?.initContainers, 'init container', listed, own) ??
    containerFault(spec?.containers, 'container', listed, own);
  if (fault !== undefined) return fault;
  const pullable = new Set(account.imagePullSecrets?.map(({ name }) => name ?? ''));
  const at = (spec?.imagePullSecrets ?? []).findIndex(({ name }) => !pullable.has(name ?? ''));
  if (at < 0) return undefined;
  return `imagePullSecrets[${at}].name="${spec?.imagePullSecrets?.[at]?.name ?? ''}" is not allowed because service account ${own} does not reference that imagePullSecret`;
}

/** The first secret of a pod's ephemeral containers that its account does not list. */
export function debuggersSecretFault({ spec }: Pod, account: ServiceAccount): string | undefined {
  const own = account.metadata?.name ?? '';
  return containerFault(spec?.ephemeralContainers, 'ephemeral container', listedSecrets(account), own);
}

function listedSecrets({ secrets }: ServiceAccount): ReadonlySet<string> {
  return new Set(secrets?.map(({ name }) => name ?? ''));
}

function containerFault(
  containers: readonly SecretUser[] | undefined,
  what: string,
  listed: ReadonlySet<string>,
  account: string,
): string | undefined {
  const notAllowed = (user: string, secret: string) =>
    `${user} referencing secret.secretName="${secret}" is not allowed because service account ${account} does not reference that secret`;
  for (const { name, env = [], envFrom = [] } of containers ?? []) {
    for (const { name: variable, valueFrom } of env) {
      const secret = valueFrom?.secretKeyRef && (valueFrom.secretKeyRef.name ?? '');
      if (secret !== undefined && !listed.has(secret))
        return notAllowed(`${what} ${name} with envVar ${variable}`, secret);
    }
    for (const { secretRef } of envFrom) {
      const secret = secretRef && (secretRef.name ?? '');
      if (secret !== undefined && !listed.has(secret)) return notAllowed(`${what} ${name} with envFrom`, secret);
    }
  }
  return undefined;
}
