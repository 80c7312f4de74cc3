/** Layers of images: small ones from memory, large ones from a directory by the system's tar. */

import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { exec } from '#platform/node/exec.ts';

export interface LayerEntry {
  readonly path: string;
  readonly mode: number;
  readonly content: Uint8Array;
}

/** A layer that is not compressed, so that its digest is its diff ID too. */
export type Layer = { readonly bytes: Uint8Array } | LayerFile;

export interface LayerFile {
  readonly file: string;
  readonly size: number;
  readonly digest: string;
}

/** A tar archive of regular files that belong to root; the same entries give the same bytes. */
export async function tarOf(entries: readonly LayerEntry[]): Promise<Uint8Array> {
  const archive = pack();
  for (const { path, mode, content } of entries) {
    archive.entry({ name: path, mode, mtime: new Date(0), size: content.length }, Buffer.from(content));
  }
  archive.finalize();
  return buffer(archive);
}

/** Packs a directory as a layer; the same files give the same bytes. */
export async function layerOfDirectory(directory: string, file: string): Promise<LayerFile> {
  await exec(
    'tar',
    [
      '--create',
      '--file',
      file,
      '--directory',
      directory,
      '--sort=name',
      '--mtime=@0',
      '--numeric-owner',
      '--format=posix',
      '--pax-option=delete=atime,delete=ctime',
      '.',
    ],
    { timeoutMs: 600_000 },
  );
  return { file, size: statSync(file).size, digest: await digestOfFile(file) };
}

async function digestOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}
