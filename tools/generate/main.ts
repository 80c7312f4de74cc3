/**
 * Generates TypeScript types and schema tables from upstream's published Go sources.
 *
 *     node tools/generate/main.ts --modules <directory of k8s.io modules> [--check]
 *
 * The directory is what `go mod download k8s.io/api@v0.36.3 ...` fills: `$(go env GOMODCACHE)/k8s.io`, with one folder `api@v0.36.3`
 * per module. The output is committed: users and tests need no Go. With --check nothing is written; it fails when what is
 * committed differs from what the sources give.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { emitSchema } from './emit-schema.ts';
import { emitTypes } from './emit-types.ts';
import { readGoPackage } from './go-source.ts';
import { resolve } from './model.ts';
import { sources } from './sources.ts';

const { values } = parseArgs({ options: { modules: { type: 'string' }, check: { type: 'boolean', default: false } } });
if (values.modules === undefined) {
  process.stderr.write('usage: node tools/generate/main.ts --modules <directory of k8s.io modules> [--check]\n');
  process.exit(2);
}

const stale: string[] = [];
for (const [file, text] of generate(values.modules)) {
  if (committed(file) === text) continue;
  stale.push(file);
  if (values.check) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
process.stdout.write(
  stale.length === 0
    ? 'generated files are up to date\n'
    : `${values.check ? 'stale' : 'written'}:\n  ${stale.join('\n  ')}\n`,
);
if (values.check && stale.length > 0) process.exit(1);

function generate(modules: string): ReadonlyMap<string, string> {
  const packages = new Map(
    sources.map((source) => [source.path, readGoPackage(source.path, join(modules, source.module, source.folder))]),
  );
  const files = new Map<string, string>();
  const meta = sources.find((source) => source.path.endsWith('/meta/v1'));
  if (!meta) throw new Error('the meta package is missing');
  for (const facts of resolve(packages, sources)) {
    const { source } = facts;
    files.set(`${source.out}/${source.name}.schema.ts`, emitSchema(facts));
    if (source.types) files.set(`${source.out}/${source.name}.ts`, emitTypes(facts, meta));
  }
  return files;
}

function committed(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
