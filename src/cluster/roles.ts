/** How a process of the cluster is started: this program again, with a role as its first argument. */

import { join } from 'node:path';

/** Roles that the supervisor starts, and the one that starts the supervisor. People do not call them. */
export const roles = ['supervise', 'server', 'agent'] as const;
export type Role = (typeof roles)[number];

const main = join(import.meta.dirname, '../cli/main.ts');

/**
 * Size of V8's young generation, in MiB. Its default (16) is memory that a busy minute leaves behind for good; small ones cost a
 * process with few short-lived objects nothing.
 */
const youngGeneration: Readonly<Record<Role, number>> = { supervise: 1, server: 8, agent: 2 };

/** Program and arguments of a role, with this process's own Node. */
export function roleCommand(role: Role, ...args: readonly string[]): readonly [program: string, ...args: string[]] {
  const flags = process.execArgv.filter((flag) => !flag.startsWith('--max-semi-space-size'));
  return [process.execPath, ...flags, `--max-semi-space-size=${youngGeneration[role]}`, main, role, ...args];
}

/**
 * Environment of every role. One heap for all threads of malloc instead of one each: our threads hardly allocate, and the
 * others keep 10 to 20 MB that nobody uses.
 */
export const roleEnvironment = { MALLOC_ARENA_MAX: '1' } as const;
