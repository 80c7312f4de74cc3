/** Rules of CSIDrivers. */

import { child, duplicate, type FieldError, index, invalid, notSupported, required } from '#api/field-error.ts';
import { checkImmutable, checkOptionalWord } from '#api/field-rules.ts';
import type { CSIDriver, CSIDriverSpec, TokenRequest } from '#kinds/generated/storage-v1.ts';

const groupPolicies: ReadonlySet<string> = new Set(['File', 'None', 'ReadWriteOnceWithFSType']);
const lifecycleModes = ['Persistent', 'Ephemeral'];
const minTokenSeconds = 600;
const maxTokenSeconds = 2 ** 32;
const minUpdatePeriodSeconds = 10;

export function validateCSIDriver({ spec = {} }: CSIDriver): FieldError[] {
  const errors: FieldError[] = [];
  // The wrong name of attachRequired is upstream's.
  if (spec.attachRequired === undefined) errors.push(required('spec.attachedRequired'));
  for (const field of ['podInfoOnMount', 'storageCapacity'] as const) {
    if (spec[field] === undefined) errors.push(required(child('spec', field)));
  }
  checkOptionalWord(spec.fsGroupPolicy, groupPolicies, 'spec.fsGroupPolicy', errors);
  checkTokenRequests(spec.tokenRequests ?? [], 'spec.tokenRequests', errors);
  for (const mode of spec.volumeLifecycleModes ?? []) {
    if (!lifecycleModes.includes(mode)) errors.push(notSupported('spec.volumeLifecycleModes', mode, lifecycleModes));
  }
  checkMountOptions(spec, errors);
  return errors;
}

function checkMountOptions(spec: CSIDriverSpec, errors: FieldError[]): void {
  if (spec.seLinuxMount === undefined) errors.push(required('spec.seLinuxMount'));
  const {
    nodeAllocatableUpdatePeriodSeconds: period,
    serviceAccountTokenInSecrets: inSecrets,
    tokenRequests = [],
  } = spec;
  if (period !== undefined && period < minUpdatePeriodSeconds) {
    const detail = 'must be greater than or equal to 10 seconds';
    errors.push(invalid('spec.nodeAllocatableUpdatePeriodSeconds', period, detail));
  }
  if (inSecrets !== undefined && tokenRequests.length === 0) {
    const detail = 'serviceAccountTokenInSecrets is set but no tokenRequests are specified';
    errors.push(invalid('spec.serviceAccountTokenInSecrets', inSecrets, detail));
  }
}

function checkTokenRequests(requests: readonly TokenRequest[], path: string, errors: FieldError[]): void {
  const audiences = new Set<string>();
  requests.forEach(({ audience, expirationSeconds }, position) => {
    const at = index(path, position);
    if (audiences.has(audience)) {
      errors.push(duplicate(child(at, 'audience'), audience));
      return;
    }
    audiences.add(audience);
    if (expirationSeconds === undefined) return;
    const secondsPath = child(at, 'expirationSeconds');
    if (expirationSeconds < minTokenSeconds) {
      errors.push(invalid(secondsPath, expirationSeconds, 'may not specify a duration less than 10 minutes'));
    }
    if (expirationSeconds > maxTokenSeconds) {
      errors.push(invalid(secondsPath, expirationSeconds, 'may not specify a duration larger than 2^32 seconds'));
    }
  });
}

export function validateCSIDriverUpdate({ spec }: CSIDriver, old: CSIDriver): FieldError[] {
  const errors: FieldError[] = [];
  checkImmutable(spec?.attachRequired, old.spec?.attachRequired, 'spec.attachedRequired', errors);
  checkImmutable(spec?.volumeLifecycleModes, old.spec?.volumeLifecycleModes, 'spec.volumeLifecycleModes', errors);
  return errors;
}
