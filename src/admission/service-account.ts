/**
 * ServiceAccount: every pod runs as an account: 'default' when it names none; the account must exist; its token, the cluster's
 * CA and the namespace are mounted where clients look for them.
 */

import { isPathSegmentName } from '#api/name-format.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import { isMirrorPod, secretNames } from '#apiserver/authorization/pod-references.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { Draft } from '#base/edit.ts';
import { type Env, nameSuffix } from '#base/env.ts';
import { goQuote } from '#base/go-quote.ts';
import type { Container, Pod, PodSpec, ServiceAccount, Volume } from '#kinds/generated/core-v1.ts';
import { debuggersSecretFault, enforcesMountableSecrets, podSecretFault } from './mountable-secrets.ts';
import { refused } from './refusal.ts';

const accounts: CollectionName = '/serviceaccounts';
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const volumePrefix = 'kube-api-access-';
/** Upstream asks for an hour and seven seconds: by that it knows its own tokens (and extends them). */
const tokenSeconds = 3607;
const fileMode = 0o644;

export function serviceAccountAdmission(objects: LiveObjects, env: Env): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
    admit: (context) => (isPodCreate(context) ? admitPod(objects, env, context) : undefined),
    validate: (context) => {
      if (addsDebuggers(context)) return checkSecrets(objects, context, debuggersSecretFault);
      if (!isPodCreate(context)) return undefined;
      const pod = context.object as unknown as Pod;
      return isMirrorPod(pod) ? checkMirrorPod(context, pod) : checkSecrets(objects, context, podSecretFault);
    },
  };
}

async function admitPod(objects: LiveObjects, env: Env, context: AdmissionContext): Promise<void> {
  const pod = context.object as Draft<Pod>;
  const { spec } = pod;
  // A kubelet that finds other than what it runs takes the mirror away.
  if (!spec || isMirrorPod(pod as Pod)) return;
  spec.serviceAccountName ||= 'default';
  spec.serviceAccount = spec.serviceAccountName;
  const account = await accountOf(objects, context, spec.serviceAccountName);
  if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(spec, env);
  if (!spec.imagePullSecrets || spec.imagePullSecrets.length === 0) {
    if (account.imagePullSecrets)
      spec.imagePullSecrets = account.imagePullSecrets.map((reference) => ({ ...reference }));
  }
}

/** Mirrors of static pods are what a kubelet runs anyway: they get nothing from the API. */
function checkMirrorPod(context: AdmissionContext, pod: Pod): void {
  if (pod.spec?.serviceAccountName) throw refused(context, 'a mirror pod may not reference service accounts');
  if (secretNames(pod).length > 0) throw refused(context, 'a mirror pod may not reference secrets');
  const sources = (pod.spec?.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
  if (sources.some(({ serviceAccountToken }) => serviceAccountToken))
    throw refused(context, 'a mirror pod may not use ServiceAccountToken volume projections');
}

/** The account is looked for again: policies and webhooks may have named another. */
async function checkSecrets(
  objects: LiveObjects,
  context: AdmissionContext,
  faultOf: (pod: Pod, account: ServiceAccount) => string | undefined,
): Promise<void> {
  const pod = context.object as unknown as Pod;
  const { namespace } = context;
  const name = pod.spec?.serviceAccountName;
  if (!name) throw refused(context, `no service account specified for pod ${namespace}/${pod.metadata?.name ?? ''}`);
  const account = await accountOf(objects, context, name);
  const fault = enforcesMountableSecrets(account) ? faultOf(pod, account) : undefined;
  if (fault !== undefined) throw refused(context, fault);
}

function isPodCreate({ operation, resource, subresource }: AdmissionContext): boolean {
  return operation === 'CREATE' && resource.group === '' && resource.resource === 'pods' && subresource === '';
}

function addsDebuggers({ operation, resource, subresource }: AdmissionContext): boolean {
  const ofPod = resource.group === '' && resource.resource === 'pods';
  return ofPod && operation === 'UPDATE' && subresource === 'ephemeralcontainers';
}

/** Rejects with Forbidden when there is none. */
async function accountOf(objects: LiveObjects, context: AdmissionContext, name: string): Promise<ServiceAccount> {
  const { namespace } = context;
  await objects.load(accounts);
  // The account of a new namespace may be a moment old.
  const found = objects.get(accounts, namespace, name) ?? (await objects.getFresh(accounts, namespace, name));
  if (found) return found as ServiceAccount;
  // Upstream asks for it by a client, which refuses such names.
  const faults = isPathSegmentName(name);
  const fault =
    faults.length > 0
      ? `invalid resource name ${goQuote(name)}: [${faults.join(' ')}]`
      : `serviceaccount "${name}" not found`;
  throw refused(context, `error looking up service account ${namespace}/${name}: ${fault}`);
}

function mountToken(spec: Draft<PodSpec>, env: Env): void {
  const needing = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].filter(
    (container) => !container.volumeMounts?.some((mount) => mount.mountPath === mountPath),
  );
  if (needing.length === 0) return;
  const existing = spec.volumes?.find((volume) => volume.name.startsWith(volumePrefix));
  const volume = existing ?? tokenVolume(`${volumePrefix}${nameSuffix(env.random)}`);
  if (!existing) spec.volumes = [...(spec.volumes ?? []), volume];
  for (const container of needing) mountIn(container, volume.name);
}

function mountIn(container: Draft<Container>, name: string): void {
  container.volumeMounts = [...(container.volumeMounts ?? []), { name, mountPath, readOnly: true }];
}

function tokenVolume(name: string): Draft<Volume> {
  return {
    name,
    projected: {
      defaultMode: fileMode,
      sources: [
        { serviceAccountToken: { expirationSeconds: tokenSeconds, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
    },
  };
}
