/** The kubelet's ports on a simulated machine: files in memory, mounts and cgroups as sets of names; all of it outlives the kubelet. */

import { assert } from '#base/errors.ts';
import type { PodCgroupLimits } from '#kubelet/pod/resources.ts';
import type { FileStat, KubeletPorts, Machine, Mounts, NodeFiles, PodCgroups, ProbeNetwork } from '#kubelet/ports.ts';
import type { SimProcess } from '#platform/sim/process.ts';
import type { ScriptedRuntime } from './scripted-runtime.ts';

type Entry =
  | { readonly type: 'directory'; mode: number; uid: number; gid: number }
  | { readonly type: 'file'; content: Uint8Array; mode: number; uid: number; gid: number }
  | { readonly type: 'symlink'; readonly target: string; mode: number; uid: number; gid: number };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class SimulatedNodeDisk implements NodeFiles {
  private readonly entries = new Map<string, Entry>([['/', { type: 'directory', mode: 0o755, uid: 0, gid: 0 }]]);

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, content] of Object.entries(files)) this.put(path, content);
  }

  async readText(path: string): Promise<string> {
    return decoder.decode(await this.readBytes(path));
  }

  async readBytes(path: string): Promise<Uint8Array> {
    const entry = this.entries.get(this.resolve(path));
    if (entry?.type !== 'file') throw missing(path);
    return entry.content;
  }

  async readTail(path: string, maxBytes: number): Promise<Uint8Array> {
    return (await this.readBytes(path)).slice(-maxBytes);
  }

  async write(path: string, content: string | Uint8Array, mode: number): Promise<void> {
    this.put(path, content, mode);
  }

  async makeDirectory(path: string, mode: number): Promise<void> {
    this.directory(path, mode);
  }

  async stat(path: string): Promise<FileStat | undefined> {
    const entry = this.entries.get(path);
    if (!entry) return undefined;
    const size = entry.type === 'file' ? entry.content.length : 0;
    return { type: entry.type, size, mode: entry.mode, uid: entry.uid, gid: entry.gid };
  }

  statTarget(path: string): Promise<FileStat | undefined> {
    return this.stat(this.resolve(path));
  }

  async list(path: string): Promise<readonly string[]> {
    if (this.entries.get(path)?.type !== 'directory') throw missing(path);
    const prefix = path === '/' ? '/' : `${path}/`;
    return [...this.entries.keys()]
      .filter((name) => name.startsWith(prefix) && !name.slice(prefix.length).includes('/') && name !== '/')
      .map((name) => name.slice(prefix.length));
  }

  async readLink(path: string): Promise<string> {
    const entry = this.entries.get(path);
    if (entry?.type !== 'symlink') throw missing(path);
    return entry.target;
  }

  async link(target: string, path: string): Promise<void> {
    this.entries.set(path, { type: 'symlink', target, mode: 0o777, uid: 0, gid: 0 });
  }

  async rename(from: string, to: string): Promise<void> {
    for (const [path, entry] of [...this.entries]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.entries.delete(path);
      this.entries.set(to + path.slice(from.length), entry);
    }
  }

  async compress(path: string): Promise<void> {
    await this.rename(path, `${path}.gz`);
  }

  async remove(path: string): Promise<void> {
    for (const name of [...this.entries.keys()])
      if (name === path || name.startsWith(`${path}/`)) this.entries.delete(name);
  }

  async setMode(path: string, mode: number): Promise<void> {
    const entry = this.entries.get(path);
    if (entry) entry.mode = mode;
  }

  async setOwner(path: string, uid: number, gid: number): Promise<void> {
    const entry = this.entries.get(path);
    if (!entry) throw missing(path);
    if (uid >= 0) entry.uid = uid;
    if (gid >= 0) entry.gid = gid;
  }

  async usage() {
    return { capacityBytes: 100 * 2 ** 30, availableBytes: 80 * 2 ** 30, inodes: 1_000_000, inodesFree: 900_000 };
  }

  async treeBytes(path: string): Promise<number> {
    let bytes = 0;
    for (const [name, entry] of this.entries)
      if (name.startsWith(`${path}/`) && entry.type === 'file') bytes += entry.content.length;
    return bytes;
  }

  private put(path: string, content: string | Uint8Array, mode = 0o644): void {
    this.directory(path.slice(0, path.lastIndexOf('/')) || '/', 0o755);
    this.entries.set(path, {
      type: 'file',
      content: typeof content === 'string' ? encoder.encode(content) : content,
      mode,
      uid: 0,
      gid: 0,
    });
  }

  private directory(path: string, mode: number): void {
    let made = '';
    for (const part of path.split('/').filter((piece) => piece !== '')) {
      made += `/${part}`;
      if (!this.entries.has(made)) this.entries.set(made, { type: 'directory', mode, uid: 0, gid: 0 });
    }
  }

  /** Follows links in every part of the path. */
  private resolve(path: string): string {
    let resolved = '';
    for (const part of path.split('/').filter((piece) => piece !== '')) {
      resolved += `/${part}`;
      const entry = this.entries.get(resolved);
      if (entry?.type !== 'symlink') continue;
      resolved = entry.target.startsWith('/')
        ? this.resolve(entry.target)
        : this.resolve(`${resolved.slice(0, resolved.lastIndexOf('/'))}/${entry.target}`);
    }
    return resolved;
  }
}

function missing(path: string): Error {
  return Object.assign(new Error(`ENOENT: no such file or directory, '${path}'`), { code: 'ENOENT' });
}

class SimulatedMounts implements Mounts {
  private readonly points = new Set<string>();

  async mountTmpfs(path: string): Promise<void> {
    assert(!this.points.has(path), `${path} is mounted twice`);
    this.points.add(path);
  }

  async isMountPoint(path: string): Promise<boolean> {
    return this.points.has(path);
  }

  async unmount(path: string): Promise<void> {
    this.points.delete(path);
  }

  async unmountBelow(path: string): Promise<void> {
    for (const point of [...this.points]) if (point === path || point.startsWith(`${path}/`)) this.points.delete(point);
  }

  async bindBeneath(_volume: string, _subPath: string, target: string): Promise<void> {
    this.points.add(target);
  }
}

class SimulatedCgroups implements PodCgroups {
  readonly version = 2;
  private readonly groups = new Map<string, PodCgroupLimits>();

  async prepare(): Promise<void> {}

  async setBurstableShares(): Promise<void> {}

  async create(name: string, limits: PodCgroupLimits): Promise<void> {
    this.groups.set(name, limits);
  }

  async update(name: string, limits: PodCgroupLimits): Promise<void> {
    this.groups.set(name, limits);
  }

  async exists(name: string): Promise<boolean> {
    return this.groups.has(name);
  }

  async remove(name: string): Promise<void> {
    this.groups.delete(name);
  }

  async list(): Promise<readonly string[]> {
    return [...this.groups.keys()];
  }
}

/** A machine with a runtime and a disk, on which one kubelet after the other may live. */
export class NodeWorld {
  readonly runtime: ScriptedRuntime;
  readonly files: SimulatedNodeDisk;
  readonly cgroups: PodCgroups = new SimulatedCgroups();
  private readonly mounts = new SimulatedMounts();
  private readonly machine: Machine;
  private readonly network: ProbeNetwork;

  constructor(runtime: ScriptedRuntime, machine: Machine, network: ProbeNetwork) {
    this.runtime = runtime;
    this.files = new SimulatedNodeDisk({
      '/etc/resolv.conf': 'nameserver 10.0.0.2\n',
      '/etc/hosts': '127.0.0.1\tlocalhost\n',
    });
    this.machine = machine;
    this.network = network;
  }

  /** The ports as a process has them: what it waits for when it dies never comes. */
  portsOf(process: SimProcess): KubeletPorts {
    return {
      runtime: inProcess(this.runtime, process),
      images: inProcess(this.runtime, process),
      files: inProcess<NodeFiles>(this.files, process),
      mounts: inProcess<Mounts>(this.mounts, process),
      cgroups: inProcess(this.cgroups, process),
      machine: inProcess(this.machine, process),
      network: inProcess(this.network, process),
    };
  }
}

function inProcess<T extends object>(port: T, process: SimProcess): T {
  return new Proxy(port, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== 'function') return member;
      return (...args: readonly unknown[]) => {
        const result: unknown = Reflect.apply(member, target, args);
        return result instanceof Promise ? process.outcome(result) : result;
      };
    },
  });
}
