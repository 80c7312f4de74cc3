/**
 * Builds images by recipe. An archive is kept in the cache under a hash of everything that went into it, and so is every layer:
 * images that begin alike share their first layers, and a second build reads nothing but the recipe.
 *
 * The versions of packages are not part of the hash: a cached image is used until it is deleted from the cache.
 */

import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { readIfExists, writeFileAtomic } from '#platform/node/files.ts';
import { Failure } from '../failure.ts';
import { cacheRoot } from '../machine/layout.ts';
import { imageArchitecture, writeImageArchive } from './archive.ts';
import {
  type DebianPackage,
  downloadPackages,
  finishRoot,
  makeSkeleton,
  packageClosure,
  unpackPackages,
} from './debian.ts';
import { type LayerFile, layerOfDirectory } from './layer.ts';
import { type ImageRecipe, type LayerRecipe, parseRecipe } from './recipe.ts';

export interface BuiltImage {
  readonly archive: string;
  readonly references: readonly string[];
}

/** Changes whenever the same recipe would give other bytes. */
const builderVersion = '1';

/** Builds (or finds) the image of a directory with image.yaml. `say` is told what takes time. */
export async function buildImage(
  directory: string,
  say: (line: string) => void,
  cache = cacheRoot(),
): Promise<BuiltImage> {
  const file = join(directory, 'image.yaml');
  const text = readIfExists(file);
  if (text === undefined) throw new Failure(`${file}: there is no such file`);
  const recipe = parseRecipe(text, file);
  const keys = layerKeys(recipe, directory);
  const name = recipe.references[0]?.split('/').at(-1)?.split(':')[0] ?? 'image';
  const archive = join(cache, 'images', `${name}-${hash([...keys, JSON.stringify(recipe)])}.tar`);
  if (existsSync(archive)) return { archive, references: recipe.references };
  mkdirSync(dirname(archive), { recursive: true });
  const layers: LayerFile[] = [];
  const below: DebianPackage[] = [];
  for (const [i, layer] of recipe.layers.entries()) {
    const key = keys[i] ?? '';
    const made = await cachedLayer(cache, key, async (root) => {
      if ('files' in layer) {
        copyFiles(join(directory, layer.files), root, layer.links);
        return [];
      }
      say(`building ${name}: ${layer.packages.join(', ')}`);
      return addPackages(layer.packages, layer.without, below, root, cache, i === 0);
    });
    layers.push(made.layer);
    below.push(...made.packages);
  }
  await writeImageArchive(archive, {
    references: recipe.references,
    architecture: imageArchitecture(),
    layers,
    config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], ...recipe.config },
  });
  return { archive, references: recipe.references };
}

interface CachedLayer {
  readonly layer: LayerFile;
  /** Packages that it added. */
  readonly packages: readonly DebianPackage[];
}

async function cachedLayer(
  cache: string,
  key: string,
  fill: (root: string) => Promise<readonly DebianPackage[]>,
): Promise<CachedLayer> {
  const file = join(cache, 'layers', `${key}.tar`);
  const description = `${file}.json`;
  const known = readIfExists(description);
  // Written by this function only, after the layer itself.
  if (known !== undefined && existsSync(file)) return JSON.parse(known) as CachedLayer;
  mkdirSync(dirname(file), { recursive: true });
  const work = mkdtempSync(`${file}.`);
  try {
    const root = join(work, 'root');
    mkdirSync(root);
    const packages = await fill(root);
    const draft = await layerOfDirectory(root, join(work, 'layer.tar'));
    renameSync(draft.file, file);
    const made = { layer: { ...draft, file }, packages };
    writeFileAtomic(description, JSON.stringify(made));
    return made;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function addPackages(
  packages: readonly string[],
  without: readonly string[],
  below: readonly DebianPackage[],
  root: string,
  cache: string,
  lowest: boolean,
): Promise<readonly DebianPackage[]> {
  const closure = await packageClosure(packages);
  const leftOut = new Set([...without, ...below.map(({ name }) => name)]);
  const wanted = closure.filter(({ name }) => !leftOut.has(name));
  const files = await downloadPackages(wanted, join(cache, 'debs'));
  await unpackPackages(files, root);
  if (lowest) await finishRoot(root);
  return wanted;
}

function copyFiles(from: string, root: string, links: Readonly<Record<string, string>>): void {
  if (!existsSync(from)) throw new Failure(`${from}: there is no such directory`);
  makeSkeleton(root);
  cpSync(from, root, { recursive: true, verbatimSymlinks: true });
  for (const [path, target] of Object.entries(links)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(target, join(root, path));
  }
}

/** One for each layer; it stands for the layer and all below. */
function layerKeys(recipe: ImageRecipe, directory: string): readonly string[] {
  const keys: string[] = [];
  for (const layer of recipe.layers) {
    keys.push(
      hash([builderVersion, process.arch, keys.at(-1) ?? '', JSON.stringify(layer), ...contentOf(layer, directory)]),
    );
  }
  return keys;
}

function contentOf(layer: LayerRecipe, directory: string): readonly string[] {
  return 'files' in layer ? describeTree(join(directory, layer.files)) : [];
}

/** Path, mode and content of everything below a directory, in a fixed order. */
function describeTree(path: string): readonly string[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) throw new Failure(`${path}: there is no such file or directory`);
  if (stat.isSymbolicLink()) return [path, readlinkSync(path)];
  if (!stat.isDirectory()) return [path, String(stat.mode), hash([readFileSync(path)])];
  return [
    path,
    ...readdirSync(path)
      .sort()
      .flatMap((name) => describeTree(join(path, name))),
  ];
}

function hash(parts: readonly (string | Uint8Array)[]): string {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part).update('\0');
  return sum.digest('hex').slice(0, 16);
}
