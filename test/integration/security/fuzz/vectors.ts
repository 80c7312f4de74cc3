/** Upstream's golden vectors in protobuf, with the collections that take them. */

import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { builtinDefinitions } from '#kinds/all.ts';

export interface Vector {
  /** Below the namespace or, from '/', whole. */
  readonly path: string;
  readonly bytes: Buffer;
}

export async function loadVectors(): Promise<readonly Vector[]> {
  const found: Vector[] = [];
  const file = new URL('../../../golden/api/HEAD.tar.gz', import.meta.url);
  const paths = new Map(
    builtinDefinitions.map(({ group, version, kind, plural, scope }) => {
      const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
      const path = `${root}/${scope === 'Namespaced' ? 'namespaces/fuzz/' : ''}${plural}`;
      return [`${group === '' ? 'core' : group}.${version}.${kind}.pb`, path];
    }),
  );
  for await (const entry of createReadStream(file).pipe(createGunzip()).pipe(extract())) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const path = paths.get(entry.header.name.replace('./', ''));
    if (path !== undefined) found.push({ path, bytes: Buffer.concat(chunks) });
  }
  return found;
}
