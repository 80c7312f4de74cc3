/** The images of nodes, by containerd's own client: import of archives, and what is there. */

import { exec } from '#platform/node/exec.ts';

/** Where containerd keeps what the kubelet sees. */
const namespace = 'k8s.io';

export interface ImageStore {
  readonly ctr: string;
  readonly socket: string;
}

export interface StoredImage {
  readonly reference: string;
  readonly digest: string;
  readonly size: string;
}

/** Imports a docker or OCI archive; returns the references that it held. The pods that wait for them are started by their kubelet. */
export async function importImages(store: ImageStore, archive: string): Promise<readonly string[]> {
  const output = await exec(store.ctr, [...address(store), 'images', 'import', archive], { timeoutMs: 900_000 });
  return importedReferences(output, await listImages(store));
}

/**
 * Of what `ctr images import` printed: one `unpacking REFERENCE (DIGEST)...done` each; containerd 2 says `TYPE DIGEST`, and names only in a
 * shortened form, so that they are those of the digest among the images that there are.
 */
export function importedReferences(output: string, images: readonly StoredImage[]): readonly string[] {
  const named = [...output.matchAll(/^unpacking (\S+) \(/gm)].flatMap(([, reference]) => reference ?? []);
  const digests = new Set([...output.matchAll(/^application\/\S+ (sha256:[0-9a-f]+)$/gm)].map(([, digest]) => digest));
  const found = images.filter(({ digest }) => digests.has(digest)).map(({ reference }) => reference);
  return [...new Set([...named, ...found])];
}

export async function listImages(store: ImageStore): Promise<readonly StoredImage[]> {
  const output = await exec(store.ctr, [...address(store), 'images', 'list']);
  return parseImageList(output);
}

/** Rows of `ctr images list` but those that only repeat a digest (REPOSITORY@sha256:..., sha256:...). */
export function parseImageList(output: string): readonly StoredImage[] {
  return output
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [reference, , digest, amount = '', unit = ''] = line.split(/\s+/);
      if (!reference || digest === undefined || reference.includes('@') || reference.startsWith('sha256:')) return [];
      return { reference, digest, size: `${amount} ${unit}` };
    });
}

export async function hasImage(store: ImageStore, reference: string): Promise<boolean> {
  return (await listImages(store)).some((image) => image.reference === reference);
}

function address(store: ImageStore): readonly string[] {
  return ['--address', store.socket, '--namespace', namespace];
}
