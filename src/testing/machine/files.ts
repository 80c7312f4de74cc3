/** The file system of a simulated machine: directories, files and symbolic links in memory. It outlives the kubelet. */

import type { FileStat, FilesystemSpace, Mounts, NodeFiles } from '#kubelet/ports.ts';

interface Attributes {
  mode: number;
  uid: number;
  gid: number;
}

interface Directory extends Attributes {
  readonly type: 'directory';
  readonly entries: Map<string, Entry>;
}

interface File extends Attributes {
  readonly type: 'file';
  readonly content: Uint8Array;
}

interface Link extends Attributes {
  readonly type: 'symlink';
  readonly target: string;
}

type Entry = Directory | File | Link;

/** What a system call answers, under its name. */
class FileError extends Error {
  override readonly name = 'FileError';
  readonly code: string;

  constructor(code: string, call: string, path: string) {
    super(`${code}: ${call} '${path}'`);
    this.code = code;
  }
}

const maxLinks = 20;

export class SimulatedFiles implements NodeFiles {
  private readonly root: Directory = newDirectory(0o755);

  /** `files` by path, with their directories. */
  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(files)) {
      this.makeDirectories(path.slice(0, path.lastIndexOf('/')), 0o755);
      this.put(path, new TextEncoder().encode(text), 0o644);
    }
  }

  async readText(path: string): Promise<string> {
    return new TextDecoder().decode(this.fileAt(path).content);
  }

  async readTail(path: string, maxBytes: number): Promise<Uint8Array> {
    return this.fileAt(path).content.slice(-maxBytes);
  }

  async readBytes(path: string): Promise<Uint8Array> {
    return this.fileAt(path).content;
  }

  async write(path: string, content: string | Uint8Array, mode: number): Promise<void> {
    this.put(path, typeof content === 'string' ? new TextEncoder().encode(content) : Uint8Array.from(content), mode);
  }

  async makeDirectory(path: string, mode: number): Promise<void> {
    this.makeDirectories(path, mode);
  }

  async stat(path: string): Promise<FileStat | undefined> {
    return statOf(this.find(path, false));
  }

  async statTarget(path: string): Promise<FileStat | undefined> {
    return statOf(this.find(path, true));
  }

  async list(path: string): Promise<readonly string[]> {
    return [...this.directoryAt(path).entries.keys()].sort();
  }

  async readLink(path: string): Promise<string> {
    const entry = this.find(path, false);
    if (!entry) throw new FileError('ENOENT', 'readlink', path);
    if (entry.type !== 'symlink') throw new FileError('EINVAL', 'readlink', path);
    return entry.target;
  }

  async link(target: string, path: string): Promise<void> {
    const [parent, name] = this.parentOf(path);
    if (parent.entries.has(name)) throw new FileError('EEXIST', 'symlink', path);
    parent.entries.set(name, { type: 'symlink', target, mode: 0o777, uid: 0, gid: 0 });
  }

  async rename(from: string, to: string): Promise<void> {
    const [oldParent, oldName] = this.parentOf(from);
    const entry = oldParent.entries.get(oldName);
    if (!entry) throw new FileError('ENOENT', 'rename', from);
    const [parent, name] = this.parentOf(to);
    const replaced = parent.entries.get(name);
    if (replaced?.type === 'directory' && replaced.entries.size > 0) throw new FileError('ENOTEMPTY', 'rename', to);
    oldParent.entries.delete(oldName);
    parent.entries.set(name, entry);
  }

  async compress(path: string): Promise<void> {
    await this.rename(path, `${path}.gz`);
  }

  async remove(path: string): Promise<void> {
    const entry = this.find(path, false);
    if (!entry) return;
    const [parent, name] = this.parentOf(path);
    parent.entries.delete(name);
  }

  async setMode(path: string, mode: number): Promise<void> {
    this.existing(path, true, 'chmod').mode = mode;
  }

  async setOwner(path: string, uid: number, gid: number): Promise<void> {
    const entry = this.existing(path, false, 'lchown');
    if (uid >= 0) entry.uid = uid;
    if (gid >= 0) entry.gid = gid;
  }

  async usage(): Promise<FilesystemSpace> {
    return { capacityBytes: 100 * 2 ** 30, availableBytes: 80 * 2 ** 30, inodes: 1_000_000, inodesFree: 900_000 };
  }

  async treeBytes(path: string): Promise<number> {
    const entry = this.find(path, false);
    return entry ? bytesOf(entry) : 0;
  }

  /** Empties a directory: what was mounted there is gone. */
  clear(path: string): void {
    const entry = this.find(path, true);
    if (entry?.type === 'directory') entry.entries.clear();
  }

  private put(path: string, content: Uint8Array, mode: number): void {
    const [parent, name] = this.parentOf(path);
    if (parent.entries.get(name)?.type === 'directory') throw new FileError('EISDIR', 'open', path);
    parent.entries.set(name, { type: 'file', content, mode, uid: 0, gid: 0 });
  }

  private makeDirectories(path: string, mode: number): void {
    let directory = this.root;
    let walked = '';
    for (const name of namesOf(path)) {
      walked += `/${name}`;
      let next = directory.entries.get(name);
      if (next?.type === 'symlink') next = this.find(walked, true);
      if (!next) {
        next = newDirectory(mode);
        directory.entries.set(name, next);
      }
      if (next.type !== 'directory') throw new FileError('ENOTDIR', 'mkdir', path);
      directory = next;
    }
  }

  private fileAt(path: string): File {
    const entry = this.existing(path, true, 'open');
    if (entry.type !== 'file') throw new FileError('EISDIR', 'read', path);
    return entry;
  }

  private directoryAt(path: string): Directory {
    const entry = this.existing(path, true, 'scandir');
    if (entry.type !== 'directory') throw new FileError('ENOTDIR', 'scandir', path);
    return entry;
  }

  private existing(path: string, follow: boolean, call: string): Entry {
    const entry = this.find(path, follow);
    if (!entry) throw new FileError('ENOENT', call, path);
    return entry;
  }

  private parentOf(path: string): [Directory, string] {
    const names = namesOf(path);
    const name = names.pop() ?? '';
    return [this.directoryAt(`/${names.join('/')}`), name];
  }

  /** Symbolic links on the way are followed; the last one when told. */
  private find(path: string, follow: boolean, links = 0): Entry | undefined {
    let entry: Entry = this.root;
    let walked = '';
    const names = namesOf(path);
    for (const [index, name] of names.entries()) {
      if (entry.type !== 'directory') return undefined;
      const next: Entry | undefined = entry.entries.get(name);
      if (!next) return undefined;
      if (next.type === 'symlink' && (follow || index < names.length - 1)) {
        if (links >= maxLinks) throw new FileError('ELOOP', 'open', path);
        const base = next.target.startsWith('/') ? next.target : `${walked}/${next.target}`;
        return this.find([base, ...names.slice(index + 1)].join('/'), follow, links + 1);
      }
      walked += `/${name}`;
      entry = next;
    }
    return entry;
  }
}

/** Mounts of a simulated machine, as far as the kubelet can tell. They end with the machine. */
export class SimulatedMounts implements Mounts {
  private readonly files: SimulatedFiles;
  private readonly points = new Set<string>();

  constructor(files: SimulatedFiles) {
    this.files = files;
  }

  async mountTmpfs(path: string): Promise<void> {
    await this.files.makeDirectory(path, 0o777);
    this.points.add(path);
  }

  async isMountPoint(path: string): Promise<boolean> {
    return this.points.has(path);
  }

  async unmount(path: string): Promise<void> {
    if (this.points.delete(path)) this.files.clear(path);
  }

  async unmountBelow(path: string): Promise<void> {
    for (const point of [...this.points]) if (point.startsWith(`${path}/`)) await this.unmount(point);
  }

  async bindBeneath(volume: string, subPath: string, target: string): Promise<void> {
    await this.files.makeDirectory(`${volume}/${subPath}`, 0o755);
    await this.files.makeDirectory(target, 0o755);
    this.points.add(target);
  }

  powerOff(): void {
    for (const point of this.points) this.files.clear(point);
    this.points.clear();
  }
}

function newDirectory(mode: number): Directory {
  return { type: 'directory', entries: new Map(), mode, uid: 0, gid: 0 };
}

/** Names on the way from the root, '.' and '..' resolved. */
function namesOf(path: string): string[] {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names;
}

function statOf(entry: Entry | undefined): FileStat | undefined {
  if (!entry) return undefined;
  const { type, mode, uid, gid } = entry;
  return { type, mode, uid, gid, size: type === 'file' ? entry.content.length : 0 };
}

function bytesOf(entry: Entry): number {
  if (entry.type === 'file') return entry.content.length;
  if (entry.type === 'symlink') return 0;
  let bytes = 0;
  for (const below of entry.entries.values()) bytes += bytesOf(below);
  return bytes;
}
