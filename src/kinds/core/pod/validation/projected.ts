/** Rules of volumes that are made of API objects: configMap, secret, downwardAPI, and projected, which holds several. */

import { child, type FieldError, forbidden, index, invalid, required } from '#api/field-error.ts';
import { checkRequired } from '#api/field-rules.ts';
import type {
  DownwardAPIVolumeFile,
  KeyToPath,
  ProjectedVolumeSource,
  ServiceAccountTokenProjection,
} from '#kinds/generated/core-v1.ts';
import { checkFieldRef, checkResourceFieldRef, volumeFields } from './environment.ts';
import { checkFileMode, checkLocalNonReservedPath } from './paths.ts';
import type { PodRules } from './rules.ts';

const minTokenSeconds = 600;
const maxTokenSeconds = 2 ** 32;

export function checkItems(items: readonly KeyToPath[] | undefined, path: string, errors: FieldError[]): void {
  items?.forEach(({ key, path: file = '', mode }, position) => {
    const at = index(path, position);
    checkRequired(key, child(at, 'key'), errors);
    checkRequired(file, child(at, 'path'), errors);
    checkLocalNonReservedPath(file, child(at, 'path'), errors);
    checkFileMode(mode, child(at, 'mode'), errors);
  });
}

/** Upstream's paths are without the file's index. */
export function checkDownwardFile(
  { path: file = '', fieldRef, resourceFieldRef, mode }: DownwardAPIVolumeFile,
  path: string,
  errors: FieldError[],
): void {
  checkRequired(file, child(path, 'path'), errors);
  checkLocalNonReservedPath(file, child(path, 'path'), errors);
  if (fieldRef) {
    checkFieldRef(fieldRef, volumeFields, child(path, 'fieldRef'), errors);
    if (resourceFieldRef) {
      errors.push(invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
    }
  } else if (resourceFieldRef) {
    checkResourceFieldRef(resourceFieldRef, true, child(path, 'resourceFieldRef'), errors);
  } else errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
  checkFileMode(mode, child(path, 'mode'), errors);
}

export function checkProjected(
  { defaultMode, sources }: ProjectedVolumeSource,
  rules: PodRules,
  path: string,
  errors: FieldError[],
): void {
  checkFileMode(defaultMode, child(path, 'defaultMode'), errors);
  const taken = new Set<string>();
  const take = (file: string | undefined, owner: string): void => {
    if (!file) return;
    if (taken.has(file)) errors.push(invalid(path, owner, 'conflicting duplicate paths'));
    else taken.add(file);
  };
  sources?.forEach((source, position) => {
    const at = index(child(path, 'sources'), position);
    let count = 0;
    for (const field of ['secret', 'configMap'] as const) {
      const part = source[field];
      if (!part) continue;
      count++;
      checkRequired(part.name, child(at, field, 'name'), errors);
      checkItems(part.items, child(at, field, 'items'), errors);
      for (const item of part.items ?? []) take(item.path, part.name ?? '');
    }
    if (source.downwardAPI) {
      count++;
      for (const file of source.downwardAPI.items ?? []) {
        checkDownwardFile(file, child(at, 'downwardAPI'), errors);
        take(file.path, file.path ?? '');
      }
    }
    if (source.serviceAccountToken) {
      count++;
      checkToken(source.serviceAccountToken, rules, child(at, 'serviceAccountToken'), path, errors);
    }
    if (count > 1) errors.push(forbidden(at, 'may not specify more than 1 volume type per source'));
  });
}

function checkToken(
  { expirationSeconds = 0, path: file }: ServiceAccountTokenProjection,
  { allowNonLocalTokenPath }: PodRules,
  path: string,
  volumePath: string,
  errors: FieldError[],
): void {
  const expiryPath = child(path, 'expirationSeconds');
  if (expirationSeconds < minTokenSeconds) {
    errors.push(invalid(expiryPath, expirationSeconds, 'may not specify a duration less than 10 minutes'));
  }
  if (expirationSeconds > maxTokenSeconds) {
    errors.push(invalid(expiryPath, expirationSeconds, 'may not specify a duration larger than 2^32 seconds'));
  }
  // Upstream names the volume's path here.
  if (!file) errors.push(required(child(volumePath, 'path')));
  else if (!allowNonLocalTokenPath) checkLocalNonReservedPath(file, child(volumePath, 'path'), errors);
}
