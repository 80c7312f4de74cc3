/** Rules of pod specs, of pods and of templates alike. The order is upstream's (ValidatePodSpec), which users see. */

import {
  child,
  duplicate,
  type FieldError,
  forbidden,
  index,
  invalid,
  notFound,
  notSupported,
  required,
} from '#api/field-error.ts';
import { checkFormat, checkWord } from '#api/field-rules.ts';
import type { ObjectMeta } from '#api/generated/meta-v1.ts';
import { checkLabels } from '#api/label-rules.ts';
import { inclusiveRangeMessage, isDNS1123Label, isDNS1123Subdomain, isQualifiedName } from '#api/name-format.ts';
import type { PodSpec } from '#kinds/generated/core-v1.ts';
import { checkAffinity } from './affinity.ts';
import { checkContainers, checkEphemeralContainers, checkInitContainers } from './containers.ts';
import { checkDnsConfig, checkDnsPolicy, checkHostAliases, checkHostnameOverride } from './dns.ts';
import { checkOverhead, checkPodResourceClaims, checkPodResources } from './resources.ts';
import { type PodRules, type SpecContext, visitContainers } from './rules.ts';
import { checkPodSecurityContext } from './security-context.ts';
import { checkTolerations } from './tolerations.ts';
import { checkSpreadConstraints } from './topology.ts';
import { checkVolumes } from './volumes.ts';
import { checkHostProcess, checkOperatingSystem } from './windows.ts';

const restartPolicies: ReadonlySet<string> = new Set(['Always', 'OnFailure', 'Never']);
const preemptionPolicies = ['PreemptLowerPriority', 'Never'];
export const maxInt32 = 2 ** 31 - 1;

/** `meta` is the pod's; absent for templates. */
export function checkPodSpec(
  spec: PodSpec,
  meta: ObjectMeta | undefined,
  rules: PodRules,
  path: string,
  errors: FieldError[],
): void {
  if (spec.terminationGracePeriodSeconds === undefined) {
    errors.push(required(child(path, 'terminationGracePeriodSeconds')));
  }
  const volumes = checkVolumes(spec, meta, rules, child(path, 'volumes'), errors);
  const claimNames = new Set((spec.resourceClaims ?? []).flatMap(({ name }) => (name ? [name] : [])));
  const context: SpecContext = { spec, rules, volumes, claimNames, errors };
  checkPodResourceClaims(spec.resourceClaims, meta?.annotations, child(path, 'resourceClaims'), errors);
  checkContainers(context, child(path, 'containers'));
  checkInitContainers(context, child(path, 'initContainers'));
  checkEphemeralContainers(context, child(path, 'ephemeralContainers'));
  checkPodResources(context, path);
  checkHostPorts(context, path);
  checkWord(spec.restartPolicy, restartPolicies, child(path, 'restartPolicy'), errors);
  checkDnsPolicy(context, child(path, 'dnsPolicy'));
  checkLabels(spec.nodeSelector, child(path, 'nodeSelector'), errors);
  checkPodSecurityContext(context, child(path, 'securityContext'));
  checkAffinity(context, child(path, 'affinity'));
  checkDnsConfig(context, child(path, 'dnsConfig'));
  spec.readinessGates?.forEach(({ conditionType = '' }, position) => {
    checkFormat(
      isQualifiedName,
      conditionType,
      child(index(child(path, 'readinessGates'), position), 'conditionType'),
      errors,
    );
  });
  checkSchedulingGates(context, child(path, 'schedulingGates'));
  checkSpreadConstraints(context, child(path, 'topologySpreadConstraints'));
  checkHostProcess(context, path);
  checkUserNamespace(context, path);
  checkHostnameOverride(context, path);
  checkName(isDNS1123Subdomain, 'serviceAccountName', context, path);
  checkName(isDNS1123Subdomain, 'nodeName', context, path);
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > maxInt32)) {
    errors.push(invalid(child(path, 'activeDeadlineSeconds'), deadline, inclusiveRangeMessage(1, maxInt32)));
  }
  checkName(isDNS1123Label, 'hostname', context, path);
  checkName(isDNS1123Label, 'subdomain', context, path);
  checkTolerations(spec.tolerations, child(path, 'tolerations'), errors);
  checkHostAliases(spec.hostAliases, child(path, 'hostAliases'), errors);
  checkName(isDNS1123Subdomain, 'priorityClassName', context, path);
  if (spec.runtimeClassName !== undefined) {
    checkFormat(isDNS1123Subdomain, spec.runtimeClassName, child(path, 'runtimeClassName'), errors);
  }
  const preemptionPolicy: string | undefined = spec.preemptionPolicy;
  if (preemptionPolicy === '') errors.push(required(child(path, 'preemptionPolicy')));
  else if (preemptionPolicy !== undefined && !preemptionPolicies.includes(preemptionPolicy)) {
    errors.push(notSupported(child(path, 'preemptionPolicy'), preemptionPolicy, preemptionPolicies));
  }
  checkOverhead(spec.overhead, context, child(path, 'overhead'));
  checkOperatingSystem(context, path);
  checkVolumesOfFileKeys(context, path);
}

function checkName(
  rule: (value: string) => readonly string[],
  field: 'serviceAccountName' | 'nodeName' | 'hostname' | 'subdomain' | 'priorityClassName',
  { spec, errors }: SpecContext,
  path: string,
): void {
  const value = spec[field];
  if (value) checkFormat(rule, value, child(path, field), errors);
}

/** On the host's network a container's ports are the host's. In templates they may be left to defaulting. */
function checkHostPorts({ spec, rules, errors }: SpecContext, path: string): void {
  if (!spec.hostNetwork) return;
  spec.containers?.forEach(({ ports }, position) => {
    ports?.forEach(({ hostPort = 0, containerPort }, portPosition) => {
      if (hostPort === containerPort || (hostPort === 0 && !rules.isPod)) return;
      const at = index(child(index(child(path, 'containers'), position), 'ports'), portPosition);
      errors.push(invalid(child(at, 'hostPort'), hostPort, 'must match `containerPort` when `hostNetwork` is true'));
    });
  });
}

function checkSchedulingGates({ spec, errors }: SpecContext, path: string): void {
  const names = new Set<string>();
  spec.schedulingGates?.forEach(({ name = '' }, position) => {
    const at = index(path, position);
    checkFormat(isQualifiedName, name, at, errors);
    if (names.has(name)) errors.push(duplicate(at, name));
    names.add(name);
  });
}

/** A pod in its own user namespace shares no other namespace with the host (KEP-127). */
function checkUserNamespace({ spec, rules, errors }: SpecContext, path: string): void {
  if (spec.hostUsers !== false) return;
  const refuse = (field: string): void => {
    errors.push(forbidden(child(path, field), 'when `hostUsers` is false'));
  };
  if (spec.hostNetwork) refuse('hostNetwork');
  if (spec.hostPID) refuse('HostPID');
  if (spec.hostIPC) refuse('HostIPC');
  if (rules.allowDevicesInUserNamespace) return;
  visitContainers(spec, path, ({ volumeDevices }, at) => {
    if ((volumeDevices ?? []).length > 0) {
      errors.push(forbidden(child(at, 'volumeDevices'), 'when `hostUsers` is false'));
    }
  });
}

/** Files with variables come from emptyDir volumes (KEP-3721). */
function checkVolumesOfFileKeys({ spec, errors }: SpecContext, path: string): void {
  visitContainers(spec, path, ({ env }, at) => {
    env?.forEach(({ valueFrom }, position) => {
      if (!valueFrom?.fileKeyRef) return;
      const { volumeName = '' } = valueFrom.fileKeyRef;
      const namePath = child(index(child(at, 'env'), position), 'valueFrom', 'fileKeyRef', 'volumeName');
      const volume = spec.volumes?.findLast(({ name }) => name === volumeName);
      if (!volume) errors.push(notFound(namePath, volumeName));
      else if (!volume.emptyDir) {
        errors.push(invalid(namePath, volumeName, 'referenced volume must be of type emptyDir'));
      }
    });
  });
}
