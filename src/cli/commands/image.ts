/** kubets image: images on the nodes of a cluster, without a registry. */

import { createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { Failure } from '#cluster/failure.ts';
import { type ClusterOptions, chooseCluster, withClusterOptions } from '../cluster-choice.ts';

export function addImage(program: Command): void {
  const image = program.command('image').description('images on the nodes, without a registry');

  withClusterOptions(image.command('load'))
    .description('import a docker or OCI archive into every node')
    .argument('<file>', "archive ('-': standard input), as docker save, podman save or skopeo write it")
    .action(async (file: string, flags: ClusterOptions) => {
      const { layout, settings } = chooseCluster(flags);
      const { loadImages, nodeImageStores } = await import('#cluster/node-images.ts');
      const stores = await nodeImageStores(layout, settings);
      await withArchive(file, async (archive) => {
        const references = await loadImages(stores, archive);
        if (references.length === 0) throw new Failure(`${file} holds no image with a name`);
        const where = stores.length === 1 ? 'the node' : `${stores.length} nodes`;
        for (const reference of references) console.log(`${reference} is on ${where}`);
      });
    });

  withClusterOptions(image.command('ls'))
    .description('list the images and the nodes that have them')
    .action(async (flags: ClusterOptions) => {
      const { layout, settings } = chooseCluster(flags);
      const { imagesByReference, nodeImageStores } = await import('#cluster/node-images.ts');
      const stores = await nodeImageStores(layout, settings);
      const images = await imagesByReference(stores);
      const rows = [...images]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(
          ([
            reference,
            {
              image: { digest, size },
              nodes,
            },
          ]) => ({
            reference,
            id: digest.slice('sha256:'.length, 'sha256:'.length + 12),
            size,
            nodes: nodes.length === stores.length ? 'all' : nodes.join(','),
          }),
        );
      const width = Math.max(5, ...rows.map(({ reference }) => reference.length));
      console.log(`${'IMAGE'.padEnd(width)}   ${'DIGEST'.padEnd(12)}   ${'SIZE'.padEnd(10)}   NODES`);
      for (const row of rows)
        console.log(`${row.reference.padEnd(width)}   ${row.id}   ${row.size.padEnd(10)}   ${row.nodes}`);
    });

  image
    .command('build')
    .description('build an image from Debian packages, by the image.yaml of a directory')
    .argument('<directory>', 'where image.yaml and rootfs/ are')
    .option('-o, --output <file>', 'copy the archive here as well')
    .action(async (directory: string, flags: { readonly output?: string }) => {
      const [{ buildImage }, { copyFileSync }] = await Promise.all([
        import('#cluster/images/build.ts'),
        import('node:fs'),
      ]);
      const { archive, references } = await buildImage(directory, (line) => console.log(line));
      if (flags.output !== undefined) copyFileSync(archive, flags.output);
      console.log(`${references.join(', ')}: ${flags.output ?? archive}`);
    });
}

/** Gives `use` a file: an archive from standard input is read once, and each node reads it from a temporary file. */
async function withArchive(file: string, use: (archive: string) => Promise<void>): Promise<void> {
  if (file !== '-') {
    if (!existsSync(file)) throw new Failure(`${file}: there is no such file`);
    await use(file);
    return;
  }
  const directory = mkdtempSync(join(tmpdir(), 'kubets-image-'));
  try {
    const archive = join(directory, 'archive.tar');
    await pipeline(process.stdin, createWriteStream(archive));
    await use(archive);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
