/** How a process of the cluster is started: this program again, with a role as its first argument. */

import { join } from 'node:path';

/** Roles that the supervisor starts, and the one that starts the supervisor. People do not call them. */
export const roles = ['supervise', 'server', 'agent'] as const;
export type Role = (typeof roles)[number];

const main = join(import.meta.dirname, '../cli/main.ts');

/** Program and arguments of a role, with this process's own Node and its flags. */
export function roleCommand(role: Role, ...args: readonly string[]): readonly [program: string, ...args: string[]] {
  return [process.execPath, ...process.execArgv, main, role, ...args];
}
