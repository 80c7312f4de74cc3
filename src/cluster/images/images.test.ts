import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, describe, test } from 'node:test';
import { extract } from 'tar-stream';
import { Failure } from '../failure.ts';
import { writeImageArchive } from './archive.ts';
import { buildImage } from './build.ts';
import { parseSimulation } from './debian.ts';
import { importedReferences, parseImageList } from './image-store.ts';
import { tarOf } from './layer.ts';
import { parseRecipe } from './recipe.ts';

const directory = mkdtempSync(join(tmpdir(), 'kubets-images-'));
after(() => rmSync(directory, { recursive: true, force: true }));

/** Files of a tar archive, by name. */
async function untar(file: string): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const archive = extract();
  archive.end(readFileSync(file));
  for await (const entry of archive) {
    files.set(entry.header.name, await buffer(entry));
  }
  return files;
}

test('writeImageArchive writes an OCI layout and a docker manifest of the same blobs', async () => {
  const file = join(directory, 'image.tar');
  const bytes = await tarOf([{ path: 'hello', mode: 0o644, content: Buffer.from('world') }]);
  await writeImageArchive(file, {
    references: ['example.org/a:1', 'example.org/b:latest'],
    architecture: 'amd64',
    // The same layer twice is stored once.
    layers: [{ bytes }, { bytes }],
    config: { Cmd: ['/hello'] },
  });
  const files = await untar(file);
  const json = (name: string) => JSON.parse(files.get(name)?.toString() ?? 'null');
  const index = json('index.json');
  assert.deepEqual(
    index.manifests.map((entry: { annotations: Record<string, string> }) => entry.annotations),
    [
      { 'io.containerd.image.name': 'example.org/a:1', 'org.opencontainers.image.ref.name': '1' },
      { 'io.containerd.image.name': 'example.org/b:latest', 'org.opencontainers.image.ref.name': 'latest' },
    ],
  );
  const [docker] = json('manifest.json');
  assert.deepEqual(docker.RepoTags, ['example.org/a:1', 'example.org/b:latest']);
  const manifest = json(`blobs/${index.manifests[0].digest.replace(':', '/')}`);
  assert.equal(manifest.layers.length, 2);
  assert.deepEqual(files.get(docker.Layers[0]), bytes);
  assert.deepEqual(json(docker.Config).config, { Cmd: ['/hello'] });
  assert.deepEqual(
    json(docker.Config).rootfs.diff_ids,
    manifest.layers.map((layer: { digest: string }) => layer.digest),
  );
});

describe('parseRecipe', () => {
  test('reads layers of packages and of files', () => {
    const text =
      'references: [a.io/b:1]\nlayers:\n- packages: [x]\n  without: [y]\n- files: rootfs\n  links: {/a: b}\nconfig: {Cmd: [x]}';
    assert.deepEqual(parseRecipe(text, 'image.yaml'), {
      references: ['a.io/b:1'],
      layers: [
        { packages: ['x'], without: ['y'] },
        { files: 'rootfs', links: { '/a': 'b' } },
      ],
      config: { Cmd: ['x'] },
    });
  });
  const refused = [
    ['- a', 'image.yaml: a mapping is expected'],
    [
      'references: [busybox]\nlayers: [{files: a}]',
      'image.yaml: references: "busybox" is not a full reference like docker.io/library/busybox:1',
    ],
    ['references: [a.io/b:1]\nlayers: [{package: a}]', 'image.yaml: layers[0]: packages or files are expected'],
    ['references: [a.io/b:1]\nlayers: [{files: a}]\nconfg: {}', 'image.yaml: unknown field "confg"'],
  ] as const;
  for (const [text, message] of refused) {
    test(`refuses: ${message}`, () => assert.throws(() => parseRecipe(text, 'image.yaml'), new Failure(message)));
  }
});

test('buildImage builds files once: a second build with the same files finds the first, a changed file makes another', async () => {
  const recipe = join(directory, 'recipe');
  mkdirSync(join(recipe, 'rootfs'), { recursive: true });
  writeFileSync(
    join(recipe, 'image.yaml'),
    'references: [a.io/files:1]\nlayers: [{files: rootfs, links: {/usr/bin/hello: /hello}}]',
  );
  writeFileSync(join(recipe, 'rootfs/hello'), 'world');
  const cache = join(directory, 'cache');
  const build = async () => (await buildImage(recipe, () => {}, cache)).archive;
  const first = await build();
  assert.equal(await build(), first);
  writeFileSync(join(recipe, 'rootfs/hello'), 'World');
  const second = await build();
  assert.notEqual(second, first);
  const layer = [...(await untar(second))].find(([, content]) => content.includes('World'))?.[1];
  writeFileSync(join(directory, 'layer.tar'), layer ?? '');
  const names = [...(await untar(join(directory, 'layer.tar'))).keys()];
  assert.ok(names.includes('./hello') && names.includes('./usr/bin/hello') && names.includes('./bin'), names.join(' '));
});

test('parseSimulation finds packages and versions in what apt says', () => {
  const output = `Inst libc6 (2.36-9+deb12u14 Debian:12.1/oldstable [amd64]) []
Inst dash [0.5.11] (0.5.12-2 Debian:12.1/oldstable [amd64])
Conf libc6 (2.36-9+deb12u14 Debian:12.1/oldstable [amd64])
`;
  assert.deepEqual(parseSimulation(output), [
    { name: 'dash', version: '0.5.12-2' },
    { name: 'libc6', version: '2.36-9+deb12u14' },
  ]);
});

test('importedReferences and parseImageList read what ctr prints', () => {
  const imported = 'unpacking kubets.local/pause:1 (sha256:3a26)...done\nunpacking a.io/b:2 (sha256:3a27)...done\n';
  assert.deepEqual(importedReferences(imported, []), ['kubets.local/pause:1', 'a.io/b:2']);
  const list = `REF                  TYPE                                    DIGEST      SIZE    PLATFORMS   LABELS
kubets.local/pause:1 application/vnd.oci.image.manifest.v1+json sha256:3a26 2.6 KiB linux/amd64 io.cri-containerd.image=managed
sha256:77            application/vnd.oci.image.manifest.v1+json sha256:3a26 2.6 KiB linux/amd64 io.cri-containerd.image=managed
`;
  assert.deepEqual(parseImageList(list), [
    { reference: 'kubets.local/pause:1', digest: 'sha256:3a26', size: '2.6 KiB' },
  ]);
  const byTransfer =
    'kubets.local/pa:\tsaved\t\napplication/vnd.oci.image.manifest.v1+json sha256:3a26\nImporting\telapsed: 5.0 s\n';
  assert.deepEqual(importedReferences(byTransfer, parseImageList(list)), ['kubets.local/pause:1']);
});
