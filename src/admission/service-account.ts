/**
 * ServiceAccount: every pod runs as an account: 'default' when it names none; the account must exist; its token, the cluster's
 * CA and the namespace are mounted where clients look for them.
 */

import { newForbidden } from '#api/errors.ts';
import { isPathSegmentName } from '#api/name-format.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { Draft } from '#base/edit.ts';
import { type Env, nameSuffix } from '#base/env.ts';
import { goQuote } from '#base/go-quote.ts';
import type { Container, Pod, PodSpec, ServiceAccount, Volume } from '#kinds/generated/core-v1.ts';

const accounts: CollectionName = '/serviceaccounts';
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const volumePrefix = 'kube-api-access-';
/** Mirrors of static pods are what a kubelet runs anyway: they get nothing from the API. */
const mirrorAnnotation = 'kubernetes.io/config.mirror';
/** Upstream asks for an hour and seven seconds: by that it knows its own tokens (and extends them). */
const tokenSeconds = 3607;
const fileMode = 0o644;

export function serviceAccountAdmission(objects: LiveObjects, env: Env): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
    admit: (context) => (isPodCreate(context) ? admitPod(objects, env, context) : undefined),
    validate: (context) => {
      if (!isPodCreate(context)) return;
      const pod = context.object as unknown as Pod;
      if (pod.metadata?.annotations?.[mirrorAnnotation] === undefined) return;
      if (pod.spec?.serviceAccountName) throw refused(context, 'a mirror pod may not reference service accounts');
      if ((pod.spec?.volumes ?? []).some((volume) => volume.secret))
        throw refused(context, 'a mirror pod may not reference secrets');
    },
  };
}

async function admitPod(objects: LiveObjects, env: Env, context: AdmissionContext): Promise<void> {
  const pod = context.object as Draft<Pod>;
  const { spec } = pod;
  if (!spec || pod.metadata?.annotations?.[mirrorAnnotation] !== undefined) return;
  spec.serviceAccountName ||= 'default';
  spec.serviceAccount = spec.serviceAccountName;
  const account = await find(objects, context.namespace, spec.serviceAccountName);
  if (!account) {
    const name = spec.serviceAccountName;
    // Upstream asks for it by a client, which refuses such names.
    const faults = isPathSegmentName(name);
    const fault =
      faults.length > 0
        ? `invalid resource name ${goQuote(name)}: [${faults.join(' ')}]`
        : `serviceaccount "${name}" not found`;
    throw refused(context, `error looking up service account ${context.namespace}/${name}: ${fault}`);
  }
  if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(spec, env);
  if (!spec.imagePullSecrets || spec.imagePullSecrets.length === 0) {
    if (account.imagePullSecrets)
      spec.imagePullSecrets = account.imagePullSecrets.map((reference) => ({ ...reference }));
  }
}

function isPodCreate({ operation, resource, subresource }: AdmissionContext): boolean {
  return operation === 'CREATE' && resource.group === '' && resource.resource === 'pods' && subresource === '';
}

async function find(objects: LiveObjects, namespace: string, name: string): Promise<ServiceAccount | undefined> {
  await objects.load(accounts);
  // The account of a new namespace may be a moment old.
  return (objects.get(accounts, namespace, name) ?? (await objects.getFresh(accounts, namespace, name))) as
    | ServiceAccount
    | undefined;
}

function refused(context: AdmissionContext, reason: string) {
  return newForbidden({ group: '', resource: 'pods' }, context.object?.metadata?.name ?? '', reason);
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
