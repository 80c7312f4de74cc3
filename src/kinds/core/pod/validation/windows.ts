/** Rules of pods for Windows, and of what operating systems a pod may name (KEP-2802, KEP-1981). */

import { child, type FieldError, forbidden, invalid, notSupported, required } from '#api/field-error.ts';
import { isDNS1123Subdomain } from '#api/name-format.ts';
import type { PodSpec, WindowsSecurityContextOptions } from '#kinds/generated/core-v1.ts';
import { type SpecContext, visitContainers } from './rules.ts';

const systems = ['linux', 'windows'];
const maxCredentialSpecKiB = 64;
const maxDomainLength = 256;
const maxUserLength = 104;

/** A NetBIOS name: up to 15 characters, none of \ / : * ? " < > |, no dot in front. */
const netBios = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const dnsLabel = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const dnsDomain = new RegExp(`^${dnsLabel}(?:\\.${dnsLabel})*$`);

export function checkWindowsOptions(
  options: WindowsSecurityContextOptions | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (!options) return;
  const { gmsaCredentialSpecName: specName, gmsaCredentialSpec: spec, runAsUserName } = options;
  if (specName !== undefined) {
    for (const message of isDNS1123Subdomain(specName)) {
      errors.push(invalid(child(path, 'gmsaCredentialSpecName'), specName, message));
    }
  }
  if (spec !== undefined) {
    const at = child(path, 'gmsaCredentialSpec');
    if (spec === '') errors.push(invalid(at, spec, 'gmsaCredentialSpec cannot be an empty string'));
    else if (spec.length > maxCredentialSpecKiB * 1024) {
      errors.push(invalid(at, spec, `gmsaCredentialSpec size must be under ${maxCredentialSpecKiB} KiB`));
    }
  }
  if (runAsUserName !== undefined) {
    for (const message of userNameFaults(runAsUserName)) {
      errors.push(invalid(child(path, 'runAsUserName'), runAsUserName, `runAsUserName${message}`));
    }
  }
}

/** 'DOMAIN\USER' or 'USER'. */
function userNameFaults(name: string): string[] {
  if (name === '') return [' cannot be an empty string'];
  if (hasControlCharacter(name)) return [' cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return [' cannot contain more than one backslash'];
  const faults: string[] = [];
  const user = parts[parts.length - 1] ?? '';
  const domain = parts.length === 2 ? (parts[0] ?? '') : undefined;
  if (domain !== undefined) {
    if (domain.length >= maxDomainLength) faults.push(`'s Domain length must be under ${maxDomainLength} characters`);
    if (!netBios.test(domain) && !dnsDomain.test(domain)) {
      faults.push("'s Domain doesn't match the NetBios nor the DNS format");
    }
  }
  if (user === '') faults.push("'s User cannot be empty");
  else if (user.length > maxUserLength) {
    faults.push(`'s User length must not be longer than ${maxUserLength} characters`);
  }
  if (/^[. ]+$/.test(user)) faults.push("'s User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    faults.push(`'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]`);
  }
  return faults;
}

function hasControlCharacter(text: string): boolean {
  for (let position = 0; position < text.length; position++) {
    const code = text.charCodeAt(position);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

/** HostProcess: all containers or none, on the host's network. */
export function checkHostProcess({ spec, errors }: SpecContext, path: string): void {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  let containers = 0;
  let hostProcesses = 0;
  visitContainers(spec, path, ({ securityContext }, at) => {
    containers++;
    const own = securityContext?.windowsOptions?.hostProcess;
    if (ofPod !== undefined && own !== undefined && ofPod !== own) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${ofPod}`;
      errors.push(invalid(child(at, 'securityContext', 'windowsOptions', 'hostProcess'), own, detail));
    }
    if (own ?? ofPod) hostProcesses++;
  });
  if (hostProcesses === 0) return;
  if (hostProcesses !== containers) {
    const detail = 'If pod contains any hostProcess containers then all containers must be HostProcess containers';
    errors.push(invalid(path, '', detail));
  }
  if (!spec.hostNetwork) {
    const detail = 'hostNetwork must be true if pod contains any hostProcess containers';
    errors.push(invalid(child(path, 'hostNetwork'), false, detail));
  }
}

/** What the pod's operating system cannot do is not asked of it. */
export function checkOperatingSystem({ spec, errors }: SpecContext, path: string): void {
  const name = spec.os?.name;
  if (!spec.os) return;
  const osPath = child(path, 'os');
  if (!name) errors.push(required(child(osPath, 'name')));
  else if (!systems.includes(name)) errors.push(notSupported(osPath, name, systems));
  else if (name === 'linux') checkLinux(spec, path, errors);
  else checkWindows(spec, path, errors);
}

function checkLinux(spec: PodSpec, path: string, errors: FieldError[]): void {
  const refuse = (at: string): void => {
    errors.push(
      forbidden(child(at, 'securityContext', 'windowsOptions'), 'windows options cannot be set for a linux pod'),
    );
  };
  if (spec.securityContext?.windowsOptions) refuse(path);
  visitContainers(spec, path, ({ securityContext }, at) => {
    if (securityContext?.windowsOptions) refuse(at);
  });
}

const ofPodSecurity = ['seccompProfile', 'fsGroup', 'fsGroupChangePolicy'] as const;
const ofPodSecurityLast = [
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
] as const;
const ofContainerSecurity = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const;

function checkWindows(spec: PodSpec, path: string, errors: FieldError[]): void {
  const security = spec.securityContext;
  const refuse = (isSet: boolean, at: string): void => {
    if (isSet) errors.push(forbidden(at, 'cannot be set for a windows pod'));
  };
  const securityPath = child(path, 'securityContext');
  refuse(security?.appArmorProfile !== undefined, child(securityPath, 'appArmorProfile'));
  refuse(security?.seLinuxOptions !== undefined, child(securityPath, 'seLinuxOptions'));
  refuse(spec.hostUsers !== undefined, child(path, 'hostUsers'));
  refuse(spec.hostPID === true, child(path, 'hostPID'));
  refuse(spec.hostIPC === true, child(path, 'hostIPC'));
  for (const field of ofPodSecurity) refuse(security?.[field] !== undefined, child(securityPath, field));
  refuse((security?.sysctls ?? []).length > 0, child(securityPath, 'sysctls'));
  refuse(spec.shareProcessNamespace !== undefined, child(path, 'shareProcessNamespace'));
  for (const field of ofPodSecurityLast) refuse(security?.[field] !== undefined, child(securityPath, field));
  visitContainers(spec, path, ({ securityContext }, at) => {
    for (const field of ofContainerSecurity) {
      refuse(securityContext?.[field] !== undefined, child(at, 'securityContext', field));
    }
  });
}
