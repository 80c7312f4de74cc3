/** What --admission-control-config-file says, with the files that it names. */

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type AdmissionConfiguration, decodeAdmissionConfiguration } from '#admission/configuration.ts';
import type { PluginChoice } from '#admission/plugin-choice.ts';
import { webhookCredentialsOf, webhookTargetOf } from '#apiserver/webhook/kubeconfig.ts';
import type { CredentialsFor } from '#apiserver/webhook/post.ts';
import type { WebhookTarget } from '#apiserver/webhook/webhook-client.ts';
import { flagText, type ServerFlags } from '../server-options.ts';
import { withFile } from './identity/files.ts';

const flag = 'admission-control-config-file';

export interface AdmissionSettings {
  readonly configuration: AdmissionConfiguration;
  readonly mutatingCredentials?: CredentialsFor;
  readonly validatingCredentials?: CredentialsFor;
  /** Whom ImagePolicyWebhook asks. */
  readonly imagePolicyTarget?: WebhookTarget;
}

/** Throws Failure for files that are wrong. */
export function admissionSettings(flags: ServerFlags, plugins: PluginChoice): AdmissionSettings {
  const path = flagText(flags, flag);
  if (path === undefined) return { configuration: { limitedResources: [] } };
  const beside = (file: string) => (name: string) => readFileSync(resolve(dirname(file), name), 'utf8');
  const configuration = withFile(flag, path, (text) => decodeAdmissionConfiguration(text, beside(path), plugins));
  const credentials = (file: string | undefined): CredentialsFor | undefined =>
    file === undefined ? undefined : withFile(flag, file, (text) => webhookCredentialsOf(text, beside(file)));
  const mutating = credentials(configuration.mutatingWebhookKubeconfig);
  const images = configuration.imagePolicy?.kubeConfigFile;
  const validating = credentials(configuration.validatingWebhookKubeconfig);
  return {
    configuration,
    ...(mutating ? { mutatingCredentials: mutating } : {}),
    ...(validating ? { validatingCredentials: validating } : {}),
    ...(images === undefined
      ? {}
      : { imagePolicyTarget: withFile(flag, images, (text) => webhookTargetOf(text, beside(images))) }),
  };
}
