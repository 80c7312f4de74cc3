/** Files of one volume that are in each other's way: at the same path, or one below the other. */

import type { Volume } from '#kinds/generated/core-v1.ts';

interface PlacedFile {
  readonly path: string;
  /** Where it comes from, in projected volumes. */
  readonly source: string;
}

export function overlappingPathWarnings({ name, configMap, secret, downwardAPI, projected }: Volume): string[] {
  const warnings: string[] = [];
  const check = (files: readonly PlacedFile[], description: string): void => {
    for (const overlap of overlaps(files)) {
      warnings.push(`volume ${JSON.stringify(name)} (${description}): overlapping paths: ${overlap}`);
    }
  };
  check(filesOf(configMap?.items, ''), `ConfigMap ${JSON.stringify(configMap?.name ?? '')}`);
  check(filesOf(secret?.items, ''), `Secret ${JSON.stringify(secret?.secretName ?? '')}`);
  check(filesOf(downwardAPI?.items, ''), 'DownwardAPI');
  const files: PlacedFile[] = [];
  for (const source of projected?.sources ?? []) {
    if (Object.values(source).every((part) => part === undefined)) {
      warnings.push(`volume ${JSON.stringify(name)} (Projected) has no sources provided`);
    }
    if (source.configMap) files.push(...filesOf(source.configMap.items, `ConfigMap ${quoted(source.configMap.name)}`));
    else if (source.secret) files.push(...filesOf(source.secret.items, `Secret ${quoted(source.secret.name)}`));
    else if (source.downwardAPI) files.push(...filesOf(source.downwardAPI.items, 'DownwardAPI'));
    else if (source.serviceAccountToken) {
      files.push({ path: source.serviceAccountToken.path, source: 'ServiceAccountToken' });
    }
  }
  check(files, 'Projected');
  return warnings;
}

function filesOf(items: readonly { readonly path: string }[] | undefined, source: string): PlacedFile[] {
  return (items ?? []).map(({ path }) => ({ path, source }));
}

function overlaps(files: readonly PlacedFile[]): string[] {
  const before: PlacedFile[] = [];
  return files.flatMap(({ path: given = '', source }) => {
    const file = { path: given.replace(/\/+$/, ''), source };
    const hits = file.path === '' ? [] : before.filter((other) => isInTheWay(other.path, file.path));
    before.push(file);
    return hits.map((other) => `${text(file)} with ${text(other)}`);
  });
}

function isInTheWay(a: string, b: string): boolean {
  return a !== '' && (`${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`));
}

function text({ path, source }: PlacedFile): string {
  return source === '' ? quoted(path) : `${quoted(path)} (${source})`;
}

function quoted(name: string | undefined): string {
  return JSON.stringify(name ?? '');
}
