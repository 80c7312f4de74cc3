/** Rules of what containers mount: volumes as file systems and as block devices. */

import {
  child,
  type FieldError,
  forbidden,
  index,
  invalid,
  notFound,
  notSupported,
  required,
} from '#api/field-error.ts';
import type { VolumeMount } from '#kinds/generated/core-v1.ts';
import { checkLocalDescendingPath, checkNoBacksteps } from './paths.ts';
import type { AnyContainer, SpecContext } from './rules.ts';

const recursiveReadOnlyModes = ['Disabled', 'Enabled', 'IfPossible'];
const propagationModes = ['Bidirectional', 'HostToContainer', 'None'];

export function checkMounts(container: AnyContainer, { volumes, errors }: SpecContext, path: string): void {
  const { volumeMounts, volumeDevices = [] } = container;
  const mountPaths = new Set<string>();
  volumeMounts?.forEach((mount, position) => {
    const { name = '', mountPath = '', subPath, subPathExpr, mountPropagation } = mount;
    const at = index(path, position);
    if (name === '') errors.push(required(child(at, 'name')));
    if (!volumes.has(name)) errors.push(notFound(child(at, 'name'), name));
    if (mountPath === '') errors.push(required(child(at, 'mountPath')));
    if (mountPaths.has(mountPath)) errors.push(invalid(child(at, 'mountPath'), mountPath, 'must be unique'));
    mountPaths.add(mountPath);
    if (volumeDevices.some((device) => device.name === name)) {
      errors.push(invalid(child(at, 'name'), name, 'must not already exist in volumeDevices'));
    }
    if (volumeDevices.some(({ devicePath }) => devicePath === mountPath)) {
      errors.push(invalid(child(at, 'mountPath'), mountPath, 'must not already exist as a path in volumeDevices'));
    }
    // From here on upstream's paths are without the mount's index.
    if (subPath) checkLocalDescendingPath(subPath, child(path, 'subPath'), errors);
    if (subPathExpr) {
      if (subPath) {
        errors.push(invalid(child(at, 'subPathExpr'), subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
      }
      checkLocalDescendingPath(subPathExpr, child(path, 'subPathExpr'), errors);
    }
    if (mountPropagation !== undefined) {
      checkPropagation(mountPropagation, container, child(path, 'mountPropagation'), errors);
    }
    checkRecursiveReadOnly(mount, child(path, 'recursiveReadOnly'), errors);
  });
}

export function checkDevices(container: AnyContainer, { volumes, errors }: SpecContext, path: string): void {
  const { volumeDevices, volumeMounts = [] } = container;
  if (!volumeDevices) return;
  // Of several mounts of a volume upstream sees the last.
  const lastMountPaths = new Set(new Map(volumeMounts.map(({ name, mountPath }) => [name, mountPath])).values());
  const paths = new Set<string>();
  const names = new Set<string>();
  volumeDevices.forEach(({ name = '', devicePath = '' }, position) => {
    const namePath = child(index(path, position), 'name');
    const pathPath = child(index(path, position), 'devicePath');
    const volume = volumes.get(name);
    if (name === '') errors.push(required(namePath));
    if (names.has(name)) errors.push(invalid(namePath, name, 'must be unique'));
    if (volume && !volume.persistentVolumeClaim && !volume.ephemeral) {
      const detail = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      errors.push(invalid(namePath, name, detail));
    }
    if (!volume) errors.push(notFound(namePath, name));
    if (devicePath === '') errors.push(required(pathPath));
    if (paths.has(devicePath)) errors.push(invalid(pathPath, devicePath, 'must be unique'));
    const backsteps: FieldError[] = [];
    checkNoBacksteps(devicePath, pathPath, backsteps);
    if (backsteps.length > 0) errors.push(invalid(pathPath, devicePath, "can not contain backsteps ('..')"));
    else paths.add(devicePath);
    if (volumeMounts.some((mount) => mount.name === name)) {
      errors.push(invalid(namePath, name, 'must not already exist in volumeMounts'));
    }
    if (lastMountPaths.has(devicePath)) {
      errors.push(invalid(pathPath, devicePath, 'must not already exist as a path in volumeMounts'));
    }
    if (name !== '') names.add(name);
  });
}

function checkPropagation(mode: string, { securityContext }: AnyContainer, path: string, errors: FieldError[]): void {
  if (!propagationModes.includes(mode)) errors.push(notSupported(path, mode, propagationModes));
  if (mode === 'Bidirectional' && !securityContext?.privileged) {
    errors.push(forbidden(path, 'Bidirectional mount propagation is available only to privileged containers'));
  }
}

function checkRecursiveReadOnly(
  { recursiveReadOnly, readOnly, mountPropagation }: VolumeMount,
  path: string,
  errors: FieldError[],
): void {
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return;
  if (!recursiveReadOnlyModes.includes(recursiveReadOnly)) {
    errors.push(notSupported(path, recursiveReadOnly, recursiveReadOnlyModes));
    return;
  }
  if (!readOnly) errors.push(forbidden(path, 'may only be specified when readOnly is true'));
  if (mountPropagation !== undefined && mountPropagation !== 'None') {
    errors.push(forbidden(path, 'may only be specified when mountPropagation is None or not specified'));
  }
}
