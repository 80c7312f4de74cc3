/** Rules of seccomp and AppArmor profiles, in fields and in the annotations that came before them (KEP-135, KEP-24). */

import { child, type FieldError, forbidden, invalid, notSupported, required, tooLong } from '#api/field-error.ts';
import { utf8Length } from '#api/label-rules.ts';
import type { AppArmorProfile, PodSpec, SeccompProfile } from '#kinds/generated/core-v1.ts';
import { checkLocalDescendingPath } from './paths.ts';
import { visitContainers } from './rules.ts';

export const seccompPodKey = 'seccomp.security.alpha.kubernetes.io/pod';
export const seccompContainerPrefix = 'container.seccomp.security.alpha.kubernetes.io/';
export const appArmorAnnotationPrefix = 'container.apparmor.security.beta.kubernetes.io/';

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const localhostPrefix = 'localhost/';
const runtimeDefault = 'runtime/default';
const dockerDefault = 'docker/default';
const unconfined = 'unconfined';

/** PATH_MAX without its end. */
const maxProfileLength = 4095;

export function checkSeccompProfile(profile: SeccompProfile | undefined, path: string, errors: FieldError[]): void {
  if (!profile) return;
  const { type, localhostProfile } = profile;
  const typePath = child(path, 'type');
  if (!type) errors.push(required(typePath, 'type is required when seccompProfile is set'));
  else if (!profileTypes.includes(type)) errors.push(notSupported(typePath, type, profileTypes));
  const profilePath = child(path, 'localhostProfile');
  if (type === 'Localhost') {
    if (localhostProfile === undefined) {
      errors.push(required(profilePath, 'must be set when seccomp type is Localhost'));
    } else checkLocalDescendingPath(localhostProfile, profilePath, errors);
  } else if (localhostProfile !== undefined) {
    // Upstream prints its internal struct.
    const value = { Type: type ?? '', LocalhostProfile: localhostProfile };
    errors.push(invalid(profilePath, value, 'can only be set when seccomp type is Localhost'));
  }
}

export function checkAppArmorProfile(profile: AppArmorProfile | undefined, path: string, errors: FieldError[]): void {
  if (!profile) return;
  const { type, localhostProfile } = profile;
  const profilePath = child(path, 'localhostProfile');
  if (!type) {
    errors.push(required(child(path, 'type'), 'type is required when appArmorProfile is set'));
    return;
  }
  switch (type) {
    case 'Localhost': {
      const missing = required(profilePath, 'must be set when AppArmor type is Localhost');
      if (localhostProfile === undefined) errors.push(missing);
      else {
        if (localhostProfile.trim() !== localhostProfile) {
          errors.push(invalid(profilePath, localhostProfile, 'must not be padded with whitespace'));
        } else if (localhostProfile === '') errors.push(missing);
        if (utf8Length(localhostProfile) > maxProfileLength) errors.push(tooLong(profilePath, maxProfileLength));
      }
      break;
    }
    case 'RuntimeDefault':
    case 'Unconfined':
      if (localhostProfile !== undefined) {
        errors.push(invalid(profilePath, localhostProfile, 'can only be set when AppArmor type is Localhost'));
      }
      break;
    default:
      errors.push(notSupported(child(path, 'type'), type, profileTypes));
  }
}

export function checkSeccompAnnotation(value: string, path: string, errors: FieldError[]): void {
  if (value === runtimeDefault || value === dockerDefault || value === unconfined) return;
  if (value.startsWith(localhostPrefix)) {
    checkLocalDescendingPath(value.slice(localhostPrefix.length), path, errors);
  } else errors.push(invalid(path, value, 'must be a valid seccomp profile'));
}

export function checkAppArmorAnnotation(value: string, path: string, errors: FieldError[]): void {
  if (value === '' || value === runtimeDefault || value === unconfined || value.startsWith(localhostPrefix)) return;
  errors.push(invalid(path, value, `invalid AppArmor profile name: ${JSON.stringify(value)}`));
}

/** What an annotation says, as a field; undefined when that would be no valid profile. */
export function appArmorProfileOf(annotation: string): AppArmorProfile | undefined {
  if (annotation === unconfined) return { type: 'Unconfined' };
  if (annotation === runtimeDefault) return { type: 'RuntimeDefault' };
  if (!annotation.startsWith(localhostPrefix)) return undefined;
  const profile: AppArmorProfile = { type: 'Localhost', localhostProfile: annotation.slice(localhostPrefix.length) };
  const errors: FieldError[] = [];
  checkAppArmorProfile(profile, '', errors);
  return errors.length === 0 ? profile : undefined;
}

/** Where a new pod or template has both the annotation and the field, they say the same. */
export function checkProfileAnnotationsMatch(
  annotations: Readonly<Record<string, string>> | undefined,
  spec: PodSpec,
  specPath: string,
  errors: FieldError[],
): void {
  if (!annotations) return;
  const ofPod = annotations[seccompPodKey];
  if (ofPod !== undefined) {
    const at = child(specPath, 'securityContext', 'seccompProfile');
    checkMatch('seccomp', ofPod, spec.securityContext?.seccompProfile, at, errors);
  }
  visitContainers(spec, specPath, ({ name, securityContext }, path) => {
    const annotation = annotations[`${seccompContainerPrefix}${name}`];
    const at = child(path, 'securityContext', 'seccompProfile');
    if (annotation !== undefined) checkMatch('seccomp', annotation, securityContext?.seccompProfile, at, errors);
  });
  if (spec.os?.name === 'windows') return;
  visitContainers(spec, specPath, ({ name, securityContext }, path) => {
    const annotation = annotations[`${appArmorAnnotationPrefix}${name}`];
    const profile = securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile;
    const at = child(path, 'securityContext', 'appArmorProfile');
    if (annotation !== undefined) checkMatch('apparmor', annotation, profile, at, errors);
  });
}

function checkMatch(
  kind: 'seccomp' | 'apparmor',
  annotation: string,
  profile: SeccompProfile | AppArmorProfile | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (!profile) return;
  const matches =
    profile.type === 'Unconfined'
      ? annotation === unconfined
      : profile.type === 'RuntimeDefault'
        ? annotation === runtimeDefault || (kind === 'seccomp' && annotation === dockerDefault)
        : profile.type !== 'Localhost' || annotation.startsWith(localhostPrefix);
  if (!matches) errors.push(forbidden(child(path, 'type'), `${kind} type in annotation and field must match`));
  else if (profile.type === 'Localhost' && annotation.slice(localhostPrefix.length) !== profile.localhostProfile) {
    errors.push(forbidden(child(path, 'localhostProfile'), `${kind} profile in annotation and field must match`));
  }
}
