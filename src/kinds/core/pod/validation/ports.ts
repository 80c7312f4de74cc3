/** Rules of container ports. */

import { child, duplicate, type FieldError, index, invalid, required } from '#api/field-error.ts';
import { checkWord } from '#api/field-rules.ts';
import { isValidPortName, isValidPortNum } from '#api/name-format.ts';
import type { Container, ContainerPort } from '#kinds/generated/core-v1.ts';

export const portProtocols: ReadonlySet<string> = new Set(['SCTP', 'TCP', 'UDP']);

export function checkContainerPorts(
  ports: readonly ContainerPort[] | undefined,
  path: string,
  errors: FieldError[],
): void {
  const names = new Set<string>();
  ports?.forEach(({ name, containerPort = 0, hostPort = 0, protocol }, position) => {
    const at = index(path, position);
    if (name) {
      const messages = isValidPortName(name);
      for (const message of messages) errors.push(invalid(child(at, 'name'), name, message));
      if (messages.length === 0 && names.has(name)) errors.push(duplicate(child(at, 'name'), name));
      else if (messages.length === 0) names.add(name);
    }
    if (containerPort === 0) errors.push(required(child(at, 'containerPort')));
    else {
      for (const message of isValidPortNum(containerPort)) {
        errors.push(invalid(child(at, 'containerPort'), containerPort, message));
      }
    }
    if (hostPort !== 0) {
      for (const message of isValidPortNum(hostPort)) errors.push(invalid(child(at, 'hostPort'), hostPort, message));
    }
    checkWord(protocol, portProtocols, child(at, 'protocol'), errors);
  });
}

/** No port of the host is taken twice. */
export function checkHostPortConflicts(containers: readonly Container[], path: string, errors: FieldError[]): void {
  let taken: Set<string> | undefined;
  containers.forEach(({ ports }, position) => {
    ports?.forEach(({ protocol = '', hostIP = '', hostPort }, portPosition) => {
      if (!hostPort) return;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      taken ??= new Set();
      if (taken.has(key)) {
        errors.push(duplicate(child(index(child(index(path, position), 'ports'), portPosition), 'hostPort'), key));
      } else taken.add(key);
    });
  });
}
