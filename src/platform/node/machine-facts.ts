/** What this machine is and has: capabilities, security modules, routes, listening ports. */

import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { exec } from './exec.ts';

export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** Bit numbers of capabilities(7) that decide how containers can be run. */
const capabilityBits = { sysAdmin: 21n, sysResource: 24n } as const;

export function hasCapability(name: keyof typeof capabilityBits): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> capabilityBits[name]) & 1n) === 1n;
}

export function hasAppArmor(): boolean {
  try {
    return (
      readFileSync('/sys/module/apparmor/parameters/enabled', 'latin1').startsWith('Y') &&
      existsSync('/sys/kernel/security/apparmor')
    );
  } catch {
    return false;
  }
}

/** The first program of this name in the directories, then in PATH and the usual system directories. */
export function findProgram(name: string, first: readonly string[] = []): string | undefined {
  const usual = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  for (const directory of [...first, ...(process.env.PATH ?? '').split(delimiter), ...usual]) {
    if (directory === '') continue;
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not there: the next directory.
    }
  }
  return undefined;
}

/** Destinations of the host's IPv4 routes, as `ip route` prints them, without those over the named interfaces. */
export async function hostRoutes(exceptInterfaces: readonly string[] = []): Promise<readonly string[]> {
  const output = await exec('ip', ['-4', 'route', 'show', 'table', 'main']);
  return output.split('\n').flatMap((line) => {
    const words = line.split(' ').filter(Boolean);
    const device = words[words.indexOf('dev') + 1];
    const [destination] = words;
    if (destination === undefined || destination === 'default' || (device && exceptInterfaces.includes(device)))
      return [];
    return destination;
  });
}

/** TCP ports that something listens on in this network namespace. */
export function listeningPorts(): ReadonlySet<number> {
  const ports = new Set<number>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    let text: string;
    try {
      text = readFileSync(file, 'latin1');
    } catch {
      continue;
    }
    for (const line of text.split('\n').slice(1)) {
      const [, local = '', , state] = line.trim().split(/\s+/);
      if (state === '0A') ports.add(Number.parseInt(local.split(':')[1] ?? '0', 16));
    }
  }
  return ports;
}

export function readSysctl(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'latin1').trim();
  } catch {
    return undefined;
  }
}
