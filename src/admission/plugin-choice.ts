/** Which plugins run: those that are on by default, with those that --enable-admission-plugins adds and --disable-admission-plugins takes away. */

import type { AdmissionPlugin } from '#apiserver/admission-plugin.ts';

export interface PluginChoice {
  readonly enable: readonly string[];
  readonly disable: readonly string[];
}

/** Of ours, those that are off unless they are asked for. */
const offByDefault: ReadonlySet<string> = new Set([
  'AlwaysAdmit',
  'AlwaysDeny',
  'AlwaysPullImages',
  'DenyServiceExternalIPs',
  'EventRateLimit',
  'ExtendedResourceToleration',
  'ImagePolicyWebhook',
  'LimitPodHardAntiAffinityTopology',
  'NamespaceAutoProvision',
  'NamespaceExists',
  'OwnerReferencesPermissionEnforcement',
  'PodNodeSelector',
  'PodTolerationRestriction',
]);

/** Plugins of ours that have upstream's names, and of upstream's those that have nothing to do while their features are off. */
export const knownPlugins: ReadonlySet<string> = new Set([
  ...offByDefault,
  'CertificateApproval',
  'CertificateSigning',
  'CertificateSubjectRestriction',
  'ClusterTrustBundleAttest',
  'DefaultIngressClass',
  'DefaultStorageClass',
  'DefaultTolerationSeconds',
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

const byDefault: PluginChoice = { enable: [], disable: [] };

/** Whether a plugin runs. */
export function isEnabled(name: string, { enable, disable }: PluginChoice = byDefault): boolean {
  return offByDefault.has(name) ? enable.includes(name) : !disable.includes(name);
}

export function chosen(plugins: readonly AdmissionPlugin[], choice?: PluginChoice): AdmissionPlugin[] {
  return plugins.filter(({ name }) => isEnabled(name, choice));
}
