/**
 * image.yaml: how an image is made from Debian packages, with no registry and no container build.
 *
 *     references: [docker.io/kubeguide/redis-master:latest]
 *     layers:                              # the lowest first; a layer that other images have too is made once
 *       - packages: [redis-server, dash]
 *         without: [perl-base]             # packages of the closure that nothing at run time needs
 *       - files: rootfs                    # a directory beside image.yaml
 *     links: {/usr/bin/php: php8.2}        # symbolic links that maintainer scripts would have made
 *     config: {Cmd: [redis-server]}        # OCI image configuration
 */

import { load } from 'js-yaml';
import { messageOf } from '#base/errors.ts';
import { Failure } from '../failure.ts';
import type { ImageConfig } from './archive.ts';

export interface ImageRecipe {
  readonly references: readonly string[];
  readonly layers: readonly LayerRecipe[];
  readonly config: ImageConfig;
}

export type LayerRecipe =
  | { readonly packages: readonly string[]; readonly without: readonly string[] }
  | { readonly files: string; readonly links: Readonly<Record<string, string>> };

export function parseRecipe(text: string, file: string): ImageRecipe {
  const bad = (what: string) => new Failure(`${file}: ${what}`);
  let value: unknown;
  try {
    value = load(text);
  } catch (error) {
    throw bad(messageOf(error));
  }
  if (!isMapping(value)) throw bad('a mapping is expected');
  const { references, layers, config, ...unknown } = value;
  for (const key of Object.keys(unknown)) throw bad(`unknown field "${key}"`);
  if (!isStrings(references) || references.length === 0)
    throw bad('references: a list of image references is expected');
  for (const reference of references) {
    if (!/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+:[\w.-]+$/.test(reference)) {
      throw bad(`references: "${reference}" is not a full reference like docker.io/library/busybox:1`);
    }
  }
  if (!Array.isArray(layers) || layers.length === 0) throw bad('layers: a list is expected');
  return {
    references,
    layers: layers.map((layer: unknown, i) => {
      if (isMapping(layer) && isStrings(layer.packages)) {
        return { packages: layer.packages, without: isStrings(layer.without) ? layer.without : [] };
      }
      if (isMapping(layer) && typeof layer.files === 'string') {
        return { files: layer.files, links: isStringMapping(layer.links) ? layer.links : {} };
      }
      throw bad(`layers[${i}]: packages or files are expected`);
    }),
    // What containerd does not know in it, it ignores.
    config: isMapping(config) ? (config as ImageConfig) : {},
  };
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isStringMapping(value: unknown): value is Readonly<Record<string, string>> {
  return isMapping(value) && Object.values(value).every((item) => typeof item === 'string');
}
