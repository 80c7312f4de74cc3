/**
 * The kubelet's files (src/kubelet/ports.ts NodeFiles) on this machine.
 *
 * Small operations on the kubelet's own directories are synchronous: they take some 20 microseconds, a tenth of what the way over the
 * thread pool costs, and a pod needs about a hundred. What may be large, or lies where a volume may hang, goes over the pool.
 */

import {
  chmodSync,
  createReadStream,
  createWriteStream,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { lstat, open, readdir, readFile, rename, rm, stat, statfs, unlink } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type FileStat, isMissing, type NodeFiles } from '#kubelet/ports.ts';
import { mountsBelow } from './mounts.ts';

export const kubeletFiles: NodeFiles = {
  readText: (path) => readFile(path, 'utf8'),
  readBytes: async (path) => new Uint8Array(readFileSync(path)),
  async readTail(path, maxBytes) {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const length = Math.min(size, maxBytes);
      const buffer = new Uint8Array(length);
      const { bytesRead } = await file.read(buffer, 0, length, size - length);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  },
  async write(path, content, mode) {
    writeFileSync(path, content, { mode });
    chmodSync(path, mode);
  },
  async makeDirectory(path, mode) {
    const made = mkdirSync(path, { recursive: true, mode });
    if (made !== undefined) chmodSync(path, mode);
  },
  async stat(path) {
    try {
      return fileStat(lstatSync(path));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  async statTarget(path) {
    const found = await orUndefined(stat(path));
    return found && fileStat(found);
  },
  list: async (path) => readdirSync(path),
  readLink: async (path) => readlinkSync(path),
  async link(target, path) {
    try {
      symlinkSync(target, path);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      unlinkSync(path);
      symlinkSync(target, path);
    }
  },
  rename: async (from, to) => renameSync(from, to),
  async remove(path) {
    const found = await orUndefined(lstat(path));
    if (!found) return;
    // What is mounted below belongs to somebody else: deleting through it would empty a volume.
    if (found.isDirectory() && mountsBelow(path).length > 0) throw new Error(`${path} has mounts below it`);
    await rm(path, { recursive: true, force: true });
  },
  async compress(path) {
    const draft = `${path}.tmp`;
    await pipeline(createReadStream(path), createGzip(), createWriteStream(draft));
    await rename(draft, `${path}.gz`);
    await unlink(path);
  },
  setMode: async (path, mode) => chmodSync(path, mode),
  async setOwner(path, uid, gid) {
    const now = lstatSync(path);
    lchownSync(path, uid < 0 ? now.uid : uid, gid < 0 ? now.gid : gid);
  },
  async usage(path) {
    const { blocks, bavail, bsize, files, ffree } = await statfs(path);
    return { capacityBytes: blocks * bsize, availableBytes: bavail * bsize, inodes: files, inodesFree: ffree };
  },
  treeBytes,
};

async function treeBytes(path: string): Promise<number> {
  const found = await orUndefined(lstat(path));
  if (!found) return 0;
  let bytes = found.blocks * 512;
  if (!found.isDirectory()) return bytes;
  for (const entry of await readdir(path).catch(() => [])) bytes += await treeBytes(`${path}/${entry}`);
  return bytes;
}

async function orUndefined<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function fileStat(found: Stats): FileStat {
  return { type: typeOf(found), size: found.size, mode: found.mode & 0o7777, uid: found.uid, gid: found.gid };
}

function typeOf(found: Stats): FileStat['type'] {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'directory';
  if (found.isSymbolicLink()) return 'symlink';
  if (found.isSocket()) return 'socket';
  if (found.isCharacterDevice()) return 'charDevice';
  return found.isBlockDevice() ? 'blockDevice' : 'other';
}
