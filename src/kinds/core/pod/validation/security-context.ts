/** Rules of security contexts, of the pod and of its containers. */

import { child, type FieldError, index, invalid, notSupported } from '#api/field-error.ts';
import { checkOptionalWord } from '#api/field-rules.ts';
import { inclusiveRangeMessage } from '#api/name-format.ts';
import { printedStruct } from '#api/printed-struct.ts';
import type { PodSpec, SecurityContext } from '#kinds/generated/core-v1.ts';
import { securityContext } from '../printed-spec.ts';
import { checkAppArmorProfile, checkSeccompProfile } from './profiles.ts';
import type { SpecContext } from './rules.ts';
import { checkSysctls } from './sysctls.ts';
import { checkWindowsOptions } from './windows.ts';

const maxId = 2 ** 31 - 1;
const procMounts = ['Default', 'Unmasked'];
const groupChangePolicies: ReadonlySet<string> = new Set(['Always', 'OnRootMismatch']);
const groupsPolicies: ReadonlySet<string> = new Set(['Merge', 'Strict']);
const labelChangePolicies: ReadonlySet<string> = new Set(['MountOption', 'Recursive']);
/** SELinuxMount is off: pods ask for what they get. */
const newLabelChangePolicies: ReadonlySet<string> = new Set(['Recursive']);

export function checkPodSecurityContext(context: SpecContext, path: string): void {
  const { spec, rules, errors } = context;
  const { securityContext: security } = spec;
  // Upstream keeps it inside the security context, and names it there.
  if (spec.shareProcessNamespace && spec.hostPID) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(invalid(child(path, 'shareProcessNamespace'), true, detail));
  }
  if (!security) return;
  checkId(security.fsGroup, child(path, 'fsGroup'), errors);
  checkId(security.runAsUser, child(path, 'runAsUser'), errors);
  checkId(security.runAsGroup, child(path, 'runAsGroup'), errors);
  security.supplementalGroups?.forEach((group, position) => {
    checkId(group, index(child(path, 'supplementalGroups'), position), errors);
  });
  checkSysctls(context, child(path, 'sysctls'));
  checkOptionalWord(security.fsGroupChangePolicy, groupChangePolicies, child(path, 'fsGroupChangePolicy'), errors);
  checkSeccompProfile(security.seccompProfile, child(path, 'seccompProfile'), errors);
  checkWindowsOptions(security.windowsOptions, child(path, 'windowsOptions'), errors);
  checkAppArmorProfile(security.appArmorProfile, child(path, 'appArmorProfile'), errors);
  const groupsPath = child(path, 'supplementalGroupsPolicy');
  checkOptionalWord(security.supplementalGroupsPolicy, groupsPolicies, groupsPath, errors);
  const labelPolicies = rules.allowAnyLabelChange ? labelChangePolicies : newLabelChangePolicies;
  checkOptionalWord(security.seLinuxChangePolicy, labelPolicies, child(path, 'seLinuxChangePolicy'), errors);
}

export function checkSecurityContext(
  security: SecurityContext | undefined,
  { hostUsers = true }: PodSpec,
  path: string,
  errors: FieldError[],
): void {
  if (!security) return;
  checkId(security.runAsUser, child(path, 'runAsUser'), errors);
  checkId(security.runAsGroup, child(path, 'runAsGroup'), errors);
  const { procMount } = security;
  if (procMount !== undefined) {
    const at = child(path, 'procMount');
    if (!procMounts.includes(procMount)) errors.push(notSupported(at, procMount, procMounts));
    if (hostUsers && procMount === 'Unmasked') {
      errors.push(invalid(at, procMount, '`hostUsers` must be false to use `Unmasked`'));
    }
  }
  checkSeccompProfile(security.seccompProfile, child(path, 'seccompProfile'), errors);
  if (security.allowPrivilegeEscalation === false) {
    if (security.privileged) {
      const detail = 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true';
      errors.push(invalid(path, printedStruct(security, securityContext), detail));
    }
    for (const capability of security.capabilities?.add ?? []) {
      if (capability !== 'CAP_SYS_ADMIN') continue;
      const detail = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN';
      errors.push(invalid(path, printedStruct(security, securityContext), detail));
    }
  }
  checkWindowsOptions(security.windowsOptions, child(path, 'windowsOptions'), errors);
  checkAppArmorProfile(security.appArmorProfile, child(path, 'appArmorProfile'), errors);
}

function checkId(id: number | undefined, path: string, errors: FieldError[]): void {
  if (id === undefined || (id >= 0 && id <= maxId)) return;
  errors.push(invalid(path, id, inclusiveRangeMessage(0, maxId)));
}
