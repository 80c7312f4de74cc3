/** A supervisor whose roles are stand-ins: nodes, containerd and everything around them are real. */

import { join } from 'node:path';
import { clusterLayout } from '#cluster/machine/layout.ts';
import { loadSettings } from '#cluster/settings.ts';
import { runSupervisor } from '#cluster/supervisor/supervisor.ts';
import { createNodeEnv } from '#platform/node/env.ts';

const [dataDir = '', name = ''] = process.argv.slice(2);
const layout = clusterLayout(name, dataDir);
const ending = new AbortController();
process.once('SIGTERM', () => ending.abort());
await runSupervisor(
  {
    env: createNodeEnv({ component: 'supervisor' }),
    layout,
    settings: () => {
      const settings = loadSettings(layout);
      if (!settings) throw new Error('no settings');
      return settings;
    },
    role: (role, ...args) =>
      role === 'supervise'
        ? [process.execPath, ...process.execArgv, import.meta.filename, dataDir, name]
        : [process.execPath, ...process.execArgv, join(import.meta.dirname, 'fake-role.ts'), role, ...args],
  },
  ending.signal,
);
process.exit();
