/**
 * layers: who may import whom. The table is the rule; there is no list of exceptions.
 *
 * Usage: node tools/layers/main.ts     exits 1 and names the fix for every import that the table forbids.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** Folder of src -> folders of src that it may import (itself is always allowed). */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  api: ['base'],
  // The expression language: knows values and types, nothing of what is served.
  cel: ['base', 'api'],
  kinds: ['base', 'api', 'cel'],
  store: ['base', 'api'],
  client: ['base', 'api'],
  apiserver: ['base', 'api', 'cel', 'store'],
  // Plugins of the API server's admission chain: they know kinds, the server does not.
  admission: ['base', 'api', 'cel', 'kinds', 'apiserver'],
  runtime: ['base', 'api', 'cel', 'kinds', 'client'],
  controllers: ['base', 'api', 'cel', 'kinds', 'client', 'runtime'],
  scheduler: ['base', 'api', 'cel', 'kinds', 'client', 'runtime'],
  kubelet: ['base', 'api', 'cel', 'kinds', 'client', 'runtime'],
  proxy: ['base', 'api', 'kinds', 'client', 'runtime'],
  dns: ['base', 'api', 'kinds', 'client', 'runtime'],
  platform: ['base', 'api', 'cel', 'store', 'client', 'apiserver', 'runtime', 'kubelet', 'proxy', 'dns'],
  cluster: [
    'base',
    'api',
    'cel',
    'kinds',
    'store',
    'client',
    'apiserver',
    'admission',
    'runtime',
    'controllers',
    'scheduler',
    'kubelet',
    'proxy',
    'dns',
    'platform',
  ],
  cli: ['base', 'api', 'cel', 'kinds', 'client', 'runtime', 'platform', 'cluster'],
  testing: [
    'base',
    'api',
    'cel',
    'kinds',
    'store',
    'client',
    'apiserver',
    'admission',
    'runtime',
    'controllers',
    'scheduler',
    'kubelet',
    'proxy',
    'dns',
    'platform',
    'cluster',
  ],
};

/** Folder of src -> folders that it may import with `import type` only: shapes of data, nothing that runs. */
const mayImportTypes: Readonly<Record<string, readonly string[]>> = {
  // Authorization and admission read roles, pods, quotas; what the server serves is still only what it is handed.
  apiserver: ['kinds'],
};

/** Folders that also run in a browser and in the simulation: no module of Node, no npm package that needs Node, no Node global. */
const isomorphic = [
  'base',
  'api',
  'cel',
  'kinds',
  'store',
  'client',
  'apiserver',
  'admission',
  'runtime',
  'controllers',
  'scheduler',
  'proxy',
];

/** npm packages that are plain ECMAScript and so may be used by isomorphic folders. */
const plainPackages = ['js-yaml', 're2js', 'jose'];

/** Effects that only src/platform may reach; elsewhere they come in through Env or a port. */
const forbiddenGlobals =
  /\b(?:process\.|Buffer\.|setTimeout\(|setInterval\(|setImmediate\(|Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\(|crypto\.randomUUID|fetch\()/;

const root = resolve(import.meta.dirname, '../..');
const findings: string[] = [];

for (const file of sources(join(root, 'src'))) {
  const path = relative(root, file);
  const layer = path.split('/')[1] ?? '';
  const isTest = path.endsWith('.test.ts');
  const allowed = mayImport[layer];
  if (!allowed) {
    findings.push(`${path}: the folder src/${layer} is not in the table of tools/layers/main.ts; give it a row`);
    continue;
  }
  const text = readFileSync(file, 'utf8');
  for (const [statement, specifier = ''] of text.matchAll(
    /(?:import|export)\s(?:[^'";]*?\sfrom\s*)?'([^']+)'|import\('([^']+)'\)/g,
  )) {
    const target = layerOf(file, specifier);
    if (target !== undefined && /^\w+\s+type\s/.test(statement) && mayImportTypes[layer]?.includes(target)) continue;
    if (target !== undefined) {
      if (target !== layer && !allowed.includes(target) && !isTest) {
        findings.push(
          `${path}: imports ${specifier}, but src/${layer} may import only ${['itself', ...allowed].join(', ')}; move the code or pass it in`,
        );
      }
    } else if (isomorphic.includes(layer) && !isTest && !plainPackages.includes(specifier)) {
      findings.push(
        `${path}: imports ${specifier}, but src/${layer} runs without Node; put the effect behind a port of src/platform`,
      );
    }
  }
  if (layer === 'platform' || isTest || !isomorphic.includes(layer)) continue;
  text.split('\n').forEach((line, index) => {
    const code = line.replace(/\/\/.*$/, '').replace(/^\s*\/?\*.*$/, '');
    const found = forbiddenGlobals.exec(code);
    if (found) findings.push(`${path}:${index + 1}: uses ${found[0]}; take it from Env (src/base/env.ts) or a port`);
  });
}

if (findings.length > 0) {
  console.error(findings.join('\n'));
  process.exitCode = 1;
} else {
  console.log('layers: every import follows the table');
}

function layerOf(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return specifier.slice(1).split('/')[0];
  if (!specifier.startsWith('.')) return undefined;
  return relative(join(root, 'src'), resolve(dirname(file), specifier)).split('/')[0];
}

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (path.endsWith('.ts')) yield path;
  }
}
