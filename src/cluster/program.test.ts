import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../..');

test('the only files that modules of the roles find by their own place are those that a bundle has', () => {
  const found = globSync('src/**/*.ts', { cwd: root, exclude: ['**/*.test.ts', 'src/cli/commands/**'] })
    .sort()
    .flatMap((file) =>
      [
        ...readFileSync(join(root, file), 'utf8').matchAll(
          /[^\n]*import\.meta\.(?:url|dirname|filename|resolve)[^\n]*/g,
        ),
      ].map(([line]) => `${file}: ${line.trim()}`),
    );
  assert.deepEqual(found, [
    // Itself, wherever it is.
    'src/cli/role.ts: await runSupervisor({ env, layout, settings, role: roleCommands(import.meta.filename) }, ending.signal);',
    // Of commands, not of roles.
    "src/cluster/guestbook.ts: const directory = join(import.meta.dirname, '../../examples/guestbook');",
    "src/cluster/program.ts: const root = join(import.meta.dirname, '../..');",
    "src/cluster/program.ts: const banner = `import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);`;",
    // Named as assets or entries in program.ts.
    "src/cluster/server/bootstrap-objects.ts: return JSON.parse(readFileSync(join(import.meta.dirname, '../bootstrap', file), 'utf8')) as readonly KubeObject[];",
    "src/platform/node/cri-client.ts: return parseProto(readFileSync(new URL(file, import.meta.url), 'utf8'));",
    'src/platform/node/encryption/kms-v2.ts: ' +
      "const services = parseProto(readFileSync(new URL('kms-v2.proto', import.meta.url), 'utf8'));",
    'src/platform/node/etcd/etcd-wire.ts: ' +
      "const services = parseProto(readFileSync(new URL('etcd-v3.proto', import.meta.url), 'utf8'));",
    'src/platform/node/probe-network.ts: ' +
      "const text = readFileSync(new URL('grpc-health-v1.proto', import.meta.url), 'utf8');",
    'src/platform/node/sqlite-journal.ts: ' +
      'const script = new URL(`./sqlite-writer${extname(import.meta.url)}`, import.meta.url);',
    'src/platform/node/yaml-thread.ts: ' +
      'const script = new URL(`./yaml-worker${extname(import.meta.url)}`, import.meta.url);',
  ]);
});

test('no regular expression has characters beyond ASCII: the bundler leaves them, and one makes its file two bytes a character in memory', () => {
  const found = globSync('src/**/*.ts', { cwd: root, exclude: ['**/*.test.ts'] })
    .sort()
    .flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .replaceAll(/\/\*[\s\S]*?\*\/|\/\/ .*$/gm, '')
        .replaceAll(/'(?:[^'\\\n]|\\.)*'|`[^`]*`/g, "''")
        .split('\n')
        .filter((line) => /\/.*[^\0-\x7f].*\//.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
  assert.deepEqual(found, []);
});

test('no module of the roles imports node:http by a statement, which would load all that it has', () => {
  const found = globSync('src/**/*.ts', { cwd: root, exclude: ['**/*.test.ts'] }).filter((file) =>
    /^(?:import (?!type)|\} )[^\n]*from 'node:http';/m.test(readFileSync(join(root, file), 'utf8')),
  );
  assert.deepEqual(found, []);
});
