/** Rules of sysctls: names, and namespaces that the pod has for itself (component-helpers node/util/sysctl). */

import { child, duplicate, type FieldError, index, invalid, required } from '#api/field-error.ts';
import type { PodSpec } from '#kinds/generated/core-v1.ts';
import type { SpecContext } from './rules.ts';

const maxLength = 253;
const segment = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const pattern = `^(${segment}[\\./])*${segment}$`;
const nameRegExp = new RegExp(pattern);

const ofIpc: ReadonlySet<string> = new Set([
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
  'kernel.shm',
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.msg',
]);

export function checkSysctls({ spec, rules, errors }: SpecContext, path: string): void {
  const names = new Set<string>();
  spec.securityContext?.sysctls?.forEach(({ name = '' }, position) => {
    const namePath = child(index(path, position), 'name');
    if (name === '') errors.push(required(namePath));
    else if (name.length > maxLength || !nameRegExp.test(name)) {
      errors.push(invalid(namePath, name, `must have at most ${maxLength} characters and match regex ${pattern}`));
    } else if (names.has(name)) errors.push(duplicate(namePath, name));
    if (!rules.allowSysctlsOfHost) checkHost(name, spec, namePath, errors);
    names.add(name);
  });
}

/** The sysctl is of a namespace that the pod shares with the host. */
export function sharesHostNamespace(name: string, spec: PodSpec): boolean {
  const errors: FieldError[] = [];
  checkHost(name, spec, '', errors);
  return errors.length > 0;
}

function checkHost(name: string, { hostNetwork, hostIPC }: PodSpec, path: string, errors: FieldError[]): void {
  const namespace = namespaceOf(normalized(name));
  if (hostNetwork && namespace === 'net') {
    errors.push(invalid(path, name, "may not be specified when 'hostNetwork' is true"));
  } else if (hostIPC && namespace === 'ipc') {
    errors.push(invalid(path, name, "may not be specified when 'hostIPC' is true"));
  }
}

function namespaceOf(name: string): 'net' | 'ipc' | undefined {
  if (ofIpc.has(name) || name.startsWith('fs.mqueue.')) return 'ipc';
  return name.startsWith('net.') ? 'net' : undefined;
}

/** 'net/ipv4/conf/eno2.100/rp_filter' is 'net.ipv4.conf.eno2/100.rp_filter' (sysctl.d(5)). */
function normalized(name: string): string {
  const plain = name.includes('*') ? name.slice(0, name.indexOf('*')) : name;
  const separator = /[./]/.exec(plain)?.[0];
  return separator === '/' ? plain.replace(/[./]/g, (found) => (found === '/' ? '.' : '/')) : plain;
}
