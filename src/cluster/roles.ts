/** How a process of the cluster is started. */

/** Roles that the supervisor starts, and the one that starts the supervisor. People do not call them. */
export const roles = ['supervise', 'server', 'agent'] as const;
export type Role = (typeof roles)[number];

/**
 * Largest size of V8's young generation, in MiB (its default: 16). Small ones cost a process with few short-lived objects nothing. What a
 * server has in flight is copied by every collection: with four times the room, a quarter as often. At rest all of it is given back.
 */
const youngGeneration: Readonly<Record<Role, number>> = { supervise: 1, server: 32, agent: 2 };

/** How the roles of one program are started (src/cluster/program.ts), with this process's own Node. */
export function roleCommands(roleProgram: string): RoleCommand {
  const flags = process.execArgv.filter((flag) => !flag.startsWith('--max-semi-space-size'));
  return (role, ...args) => [
    process.execPath,
    ...flags,
    `--max-semi-space-size=${youngGeneration[role]}`,
    roleProgram,
    role,
    ...args,
  ];
}

/** How a role is started: program and arguments. */
export type RoleCommand = (role: Role, ...args: readonly string[]) => readonly [program: string, ...args: string[]];

/**
 * Environment of every role. One heap for all threads of malloc instead of one each: our threads hardly allocate, and the
 * others keep 10 to 20 MB that nobody uses.
 */
export const roleEnvironment = { MALLOC_ARENA_MAX: '1' } as const;
