/**
 * Keeps upstream's published OpenAPI documents as golden files of ours: what is served by default, descriptions left out (facts are
 * copied, sentences are not), keys sorted, compressed.
 *
 *     node tools/generate/openapi-golden.ts --modules <directory of k8s.io modules>
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { release } from './sources.ts';

const { values } = parseArgs({ options: { modules: { type: 'string' } } });
if (values.modules === undefined) {
  process.stderr.write('usage: node tools/generate/openapi-golden.ts --modules <directory of k8s.io modules>\n');
  process.exit(2);
}

const source = join(values.modules, `kubernetes@${release.kubernetes}`, 'api/openapi-spec');
const out = 'test/golden/openapi';
const v3 = readdirSync(join(source, 'v3'))
  .filter(
    (file) => file.endsWith('_openapi.json') && !/v\d+(alpha|beta)|internal|storagemigration|logs|openid/.test(file),
  )
  .map((file) => [file.replace('_openapi.json', '').replaceAll('__', '/'), read(join(source, 'v3', file))]);

mkdirSync(out, { recursive: true });
write('v2', read(join(source, 'swagger.json')));
write('v3', Object.fromEntries(v3));

function read(file: string): unknown {
  return withoutDescriptions(JSON.parse(readFileSync(file, 'utf8')));
}

function write(name: string, value: unknown): void {
  writeFileSync(join(out, `${name}.json.gz`), gzipSync(JSON.stringify(value), { level: 9 }));
}

/** A property may be called description, too: only texts go. */
function withoutDescriptions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDescriptions);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key, member]) => !(key === 'description' && typeof member === 'string'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, withoutDescriptions(member)]));
}
