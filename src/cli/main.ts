/**
 * kubets: one program for people (up, down, status, ...) and for the roles that the supervisor starts (server, agent).
 *
 * Roles and commands are loaded only when they are asked for: a start loads what it uses.
 */

import { type Role, roles } from '#cluster/roles.ts';

const [first] = process.argv.slice(2);
if (roles.some((role) => role === first)) {
  const { runRole } = await import('./role.ts');
  await runRole(first as Role, process.argv.slice(3));
} else {
  const { runCommandLine } = await import('./command-line.ts');
  await runCommandLine(process.argv);
}
