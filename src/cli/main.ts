/**
 * kubets, the program for people (up, down, status, ...). What the supervisor starts (server, agent) is role.ts.
 */

import { runCommandLine } from './command-line.ts';

await runCommandLine(process.argv);
