/** kubets version: this program's, and the API's. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';

export function addVersion(program: Command): void {
  program
    .command('version')
    .description('print versions')
    .action(() => {
      const manifest: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'));
      const version =
        typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : 'unknown';
      console.log(`kubets ${version}, Kubernetes API 1.36, Node.js ${process.version}`);
    });
}
