/**
 * Writing images as archives that containerd, docker, podman and skopeo read: an OCI image layout (index.json, blobs) with the
 * manifest.json of docker's format beside it. Layers are not compressed: the archive goes from one directory of this machine to another.
 */

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, renameSync, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import type { Layer } from './layer.ts';

export type ImageArchitecture = 'amd64' | 'arm64';

/** The container's defaults, with the OCI image specification's names. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly ExposedPorts?: Readonly<Record<string, Record<string, never>>>;
  readonly WorkingDir?: string;
  readonly User?: string;
  readonly StopSignal?: string;
  readonly Labels?: Readonly<Record<string, string>>;
}

export interface Image {
  /** Full references: registry/repository:tag. */
  readonly references: readonly string[];
  readonly architecture: ImageArchitecture;
  /** The lowest first. */
  readonly layers: readonly Layer[];
  readonly config: ImageConfig;
}

export function imageArchitecture(): ImageArchitecture {
  return process.arch === 'arm64' ? 'arm64' : 'amd64';
}

interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Writes the archive in one step: it is at `path` whole or not at all. */
export async function writeImageArchive(path: string, image: Image): Promise<void> {
  const layers = image.layers.map((layer) => ({ layer, blob: layerBlob(layer) }));
  const config = json('application/vnd.oci.image.config.v1+json', {
    architecture: image.architecture,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: image.config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ blob }) => blob.digest) },
  });
  const manifest = json('application/vnd.oci.image.manifest.v1+json', {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: config.blob,
    layers: layers.map(({ blob }) => blob),
  });
  const index = json('application/vnd.oci.image.index.v1+json', {
    schemaVersion: 2,
    manifests: image.references.map((reference) => ({
      ...manifest.blob,
      annotations: { 'io.containerd.image.name': reference, 'org.opencontainers.image.ref.name': tagOf(reference) },
      platform: { architecture: image.architecture, os: 'linux' },
    })),
  });
  const docker = json('', [
    { Config: blobPath(config.blob), RepoTags: image.references, Layers: layers.map(({ blob }) => blobPath(blob)) },
  ]);

  const draft = `${path}.${process.pid}.new`;
  const archive = pack();
  const written = pipeline(archive, createWriteStream(draft));
  const fill = async () => {
    addBytes(archive, 'oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
    addBytes(archive, 'index.json', index.bytes);
    addBytes(archive, 'manifest.json', docker.bytes);
    addBytes(archive, blobPath(config.blob), config.bytes);
    addBytes(archive, blobPath(manifest.blob), manifest.bytes);
    const seen = new Set<string>();
    for (const { layer, blob } of layers) {
      if (seen.has(blob.digest)) continue;
      seen.add(blob.digest);
      if ('bytes' in layer) addBytes(archive, blobPath(blob), layer.bytes);
      else
        await pipeline(
          createReadStream(layer.file),
          archive.entry({ name: blobPath(blob), size: layer.size, mtime: new Date(0) }),
        );
    }
    archive.finalize();
  };
  try {
    await Promise.all([written, fill()]);
    renameSync(draft, path);
  } catch (error) {
    archive.destroy();
    rmSync(draft, { force: true });
    throw error;
  }
}

function layerBlob(layer: Layer): Blob {
  const mediaType = 'application/vnd.oci.image.layer.v1.tar';
  return 'bytes' in layer
    ? { mediaType, digest: digest(layer.bytes), size: layer.bytes.length }
    : { mediaType, digest: layer.digest, size: layer.size };
}

function json(mediaType: string, value: unknown): { readonly blob: Blob; readonly bytes: Uint8Array } {
  const bytes = Buffer.from(JSON.stringify(value));
  return { blob: { mediaType, digest: digest(bytes), size: bytes.length }, bytes };
}

function digest(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function blobPath(blob: Blob): string {
  return `blobs/${blob.digest.replace(':', '/')}`;
}

function tagOf(reference: string): string {
  const name = reference.slice(reference.lastIndexOf('/') + 1);
  return name.includes(':') ? name.slice(name.indexOf(':') + 1) : 'latest';
}

function addBytes(archive: Pack, name: string, bytes: Uint8Array): void {
  archive.entry({ name, size: bytes.length, mtime: new Date(0) }, Buffer.from(bytes));
}
