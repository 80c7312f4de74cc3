/** Rules of containers: what all have in common, and what is different for regular, init and ephemeral ones. */

import { child, duplicate, type FieldError, forbidden, index, invalid, notFound, required } from '#api/field-error.ts';
import { checkRequired, checkRequiredFormat, checkWord } from '#api/field-rules.ts';
import { isDNS1123Label } from '#api/name-format.ts';
import type { Container, EphemeralContainer } from '#kinds/generated/core-v1.ts';
import { isSidecar } from '../resources.ts';
import { checkEnvironment, checkEnvironmentFrom } from './environment.ts';
import { checkDevices, checkMounts } from './mounts.ts';
import { checkContainerPorts, checkHostPortConflicts } from './ports.ts';
import { checkLifecycle, checkProbes } from './probes.ts';
import { checkContainerResources } from './resources.ts';
import { checkResizePolicy, checkRestartPolicy, checkRestartPolicyOfInit } from './restart.ts';
import type { AnyContainer, SpecContext } from './rules.ts';
import { checkSecurityContext } from './security-context.ts';

const messagePolicies: ReadonlySet<string> = new Set(['File', 'FallbackToLogsOnError']);
export const pullPolicies: ReadonlySet<string> = new Set(['Always', 'IfNotPresent', 'Never']);

export function checkContainers(context: SpecContext, path: string): void {
  const { spec, errors } = context;
  const containers = spec.containers ?? [];
  if (containers.length === 0) {
    errors.push(required(path));
    return;
  }
  const names = new Set<string>();
  containers.forEach((container, position) => {
    const at = index(path, position);
    checkCommon(container, context, at);
    if (names.has(container.name)) errors.push(duplicate(child(at, 'name'), container.name));
    else names.add(container.name);
    checkLifecycle(container.lifecycle, context, child(at, 'lifecycle'));
    checkProbes(container, context, at);
    checkRestartPolicy(container, at, errors);
  });
  checkHostPortConflicts(containers, path, errors);
}

export function checkInitContainers(context: SpecContext, path: string): void {
  const { spec, rules, errors } = context;
  const names = new Set((spec.containers ?? []).map(({ name }) => name));
  spec.initContainers?.forEach((container, position) => {
    const at = index(path, position);
    checkCommon(container, context, at);
    checkRestartPolicyOfInit(container, at, errors);
    if (names.has(container.name)) errors.push(duplicate(child(at, 'name'), container.name));
    else if (container.name) names.add(container.name);
    // They run one after the other, so each is looked at alone.
    checkHostPortConflicts([container], path, errors);
    if (isSidecar(container)) {
      checkLifecycle(container.lifecycle, context, child(at, 'lifecycle'));
      checkProbes(container, context, at);
      return;
    }
    for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
      if (!container[field]) continue;
      errors.push(forbidden(child(at, field), 'may not be set for init containers without restartPolicy=Always'));
    }
    if (!rules.allowRestartOnResizeOfInit) checkResizeOfInit(container, at, errors);
  });
}

export function checkEphemeralContainers(context: SpecContext, path: string): void {
  const { spec, errors } = context;
  if ((spec.ephemeralContainers ?? []).length === 0) return;
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name));
  const names = new Set(others);
  spec.ephemeralContainers?.forEach((container, position) => {
    const at = index(path, position);
    checkCommon(container, context, at);
    checkImageSpace(container, at, errors);
    if (names.has(container.name)) errors.push(duplicate(child(at, 'name'), container.name));
    else names.add(container.name);
    const { targetContainerName } = container;
    if (targetContainerName && !others.has(targetContainerName)) {
      errors.push(notFound(child(at, 'targetContainerName'), targetContainerName));
    }
    checkEphemeralFields(container, at, errors);
    container.volumeMounts?.forEach((mount, mountPosition) => {
      for (const field of ['subPath', 'subPathExpr'] as const) {
        if (!mount[field]) continue;
        errors.push(forbidden(child(index(child(at, 'volumeMounts'), mountPosition), field), notForEphemeral));
      }
    });
  });
}

/** Images of pods have no space around them; templates may have, for those who replace them. */
export function checkImageSpace({ image = '' }: AnyContainer, path: string, errors: FieldError[]): void {
  if (image.trim() !== image) {
    errors.push(invalid(child(path, 'image'), image, 'must not have leading or trailing whitespace'));
  }
}

function checkCommon(container: AnyContainer, context: SpecContext, path: string): void {
  const { errors, spec } = context;
  checkRequiredFormat(isDNS1123Label, container.name, child(path, 'name'), errors);
  checkRequired(container.image, child(path, 'image'), errors);
  checkWord(container.terminationMessagePolicy, messagePolicies, child(path, 'terminationMessagePolicy'), errors);
  checkContainerPorts(container.ports, child(path, 'ports'), errors);
  checkEnvironment(container.env, child(path, 'env'), errors);
  checkEnvironmentFrom(container.envFrom, child(path, 'envFrom'), errors);
  checkMounts(container, context, child(path, 'volumeMounts'));
  checkDevices(container, context, child(path, 'volumeDevices'));
  checkWord(container.imagePullPolicy, pullPolicies, child(path, 'imagePullPolicy'), errors);
  checkContainerResources(container.resources, context, child(path, 'resources'));
  checkResizePolicy(container.resizePolicy, spec.restartPolicy, child(path, 'resizePolicy'), errors);
  checkSecurityContext(container.securityContext, spec, child(path, 'securityContext'), errors);
}

function checkResizeOfInit({ resizePolicy }: Container, path: string, errors: FieldError[]): void {
  resizePolicy?.forEach(({ restartPolicy }, position) => {
    if (restartPolicy !== 'RestartContainer') return;
    const at = child(index(child(path, 'resizePolicy'), position), 'restartPolicy');
    errors.push(invalid(at, restartPolicy, "must not be set to 'RestartContainer' for non-sidecar initContainers"));
  });
}

const notForEphemeral = 'cannot be set for an Ephemeral Container';

/** What an ephemeral container cannot have: it is a guest in a running pod (KEP-277). */
const refusedFields = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const;

function checkEphemeralFields(container: EphemeralContainer, path: string, errors: FieldError[]): void {
  for (const field of refusedFields) {
    const value: unknown = container[field];
    if (value === undefined) continue;
    // Defaulting leaves an empty struct, which is as good as none.
    if (field === 'resources' && Object.keys(container.resources ?? {}).length === 0) continue;
    errors.push(forbidden(child(path, field), notForEphemeral));
  }
}
