/** Which plugins run: those that are on by default, with those that --enable-admission-plugins adds and --disable-admission-plugins takes away. */

import type { AdmissionPlugin } from '#apiserver/admission-plugin.ts';

export interface PluginChoice {
  readonly enable: readonly string[];
  readonly disable: readonly string[];
}

/** Of ours, those that are off unless they are asked for. */
const offByDefault: ReadonlySet<string> = new Set(['DenyServiceExternalIPs']);

/** Plugins of ours that have upstream's names, and of upstream's those that have nothing to do while their features are off. */
export const knownPlugins: ReadonlySet<string> = new Set([
  'CertificateApproval',
  'CertificateSigning',
  'CertificateSubjectRestriction',
  'ClusterTrustBundleAttest',
  'DefaultIngressClass',
  'DefaultStorageClass',
  'DefaultTolerationSeconds',
  'DenyServiceExternalIPs',
  'JobValidation',
  'LimitRanger',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionWebhook',
  'NamespaceLifecycle',
  'NodeDeclaredFeatureValidator',
  'NodeRestriction',
  'PersistentVolumeClaimResize',
  'PodGroupProtection',
  'PodGroupWorkloadExists',
  'PodResizeValidator',
  'PodSecurity',
  'PodTopologyLabels',
  'Priority',
  'ResourceQuota',
  'RuntimeClass',
  'ServiceAccount',
  'StorageObjectInUseProtection',
  'TaintNodesByCondition',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionWebhook',
]);

/** What is wrong with a choice, in upstream's words. */
export function choiceFault({ enable, disable }: PluginChoice): string | undefined {
  for (const [flag, names] of [
    ['enable-admission-plugins', enable],
    ['disable-admission-plugins', disable],
  ] as const) {
    const unknown = names.find((name) => !knownPlugins.has(name));
    if (unknown !== undefined) return `${flag} plugin ${JSON.stringify(unknown)} is unknown`;
  }
  const both = enable.filter((name) => disable.includes(name)).sort();
  return both.length === 0
    ? undefined
    : `[${both.join(' ')}] in enable-admission-plugins and disable-admission-plugins overlapped`;
}

export function chosen(
  plugins: readonly AdmissionPlugin[],
  { enable, disable }: PluginChoice = { enable: [], disable: [] },
): AdmissionPlugin[] {
  return plugins.filter(({ name }) => (offByDefault.has(name) ? enable.includes(name) : !disable.includes(name)));
}
