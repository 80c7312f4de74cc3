/**
 * Atomic content of a volume (pkg/volume/util/atomic_writer.go): readers see all files of the old payload or all of the new one.
 *
 *     VOLUME/..2026_11_21_10_00_00.123456789/   the files
 *     VOLUME/..data -> ..2026_...               exchanged by one rename
 *     VOLUME/key -> ..data/key                  one link per first part of a path
 *
 * Invariants: a payload equal to what is there changes nothing (watchers of the files stay quiet); modes and owners are set before
 * ..data points to the new files; the old directory goes last.
 */

import { isMissing, type NodeFiles } from '../ports.ts';
import { applyGroup } from './ownership.ts';
import type { Payload } from './payload.ts';

const dataLink = '..data';

export interface AtomicWriteOptions {
  readonly files: NodeFiles;
  readonly nowMs: number;
  readonly fsGroup?: number | undefined;
}

/** Makes the volume's directory when it is missing. Answers whether anything changed. */
export async function writeAtomically(volume: string, payload: Payload, options: AtomicWriteOptions): Promise<boolean> {
  const { files } = options;
  if (!(await files.stat(volume))) await files.makeDirectory(volume, 0o777);
  const previous = await linkTarget(files, `${volume}/${dataLink}`);
  if (previous !== undefined && (await holds(files, `${volume}/${previous}`, payload))) return false;

  const name = timestampName(options.nowMs, previous);
  const next = `${volume}/${name}`;
  await files.makeDirectory(next, 0o755);
  for (const [path, file] of payload) {
    const target = `${next}/${path}`;
    const slash = target.lastIndexOf('/');
    if (slash > next.length) await files.makeDirectory(target.slice(0, slash), 0o755);
    await files.write(target, file.content, file.mode);
    if (file.uid !== undefined) await files.setOwner(target, file.uid, -1);
  }
  if (options.fsGroup !== undefined) await applyGroup(files, next, options.fsGroup, { readOnly: true });

  const draft = `${volume}/..data_tmp`;
  await files.remove(draft);
  await files.link(name, draft);
  await files.rename(draft, `${volume}/${dataLink}`);

  const visible = new Set([...payload.keys()].map((path) => path.split('/', 1)[0] ?? path));
  const present = (await files.list(volume)).filter((entry) => !entry.startsWith('..'));
  for (const entry of visible) {
    if (!present.includes(entry)) await files.link(`${dataLink}/${entry}`, `${volume}/${entry}`);
  }
  for (const entry of present) if (!visible.has(entry)) await files.remove(`${volume}/${entry}`);
  if (previous !== undefined && previous !== name) await files.remove(`${volume}/${previous}`);
  return true;
}

async function linkTarget(files: NodeFiles, path: string): Promise<string | undefined> {
  try {
    return await files.readLink(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Whether the directory has exactly these files with this content. */
async function holds(files: NodeFiles, directory: string, payload: Payload): Promise<boolean> {
  const present = await filesBelow(files, directory);
  if (present.length !== payload.size) return false;
  for (const path of present) {
    const wanted = payload.get(path);
    if (!wanted || !sameBytes(await files.readBytes(`${directory}/${path}`), wanted.content)) return false;
  }
  return true;
}

async function filesBelow(files: NodeFiles, directory: string, prefix = ''): Promise<string[]> {
  const found: string[] = [];
  let entries: readonly string[];
  try {
    entries = await files.list(directory);
  } catch (error) {
    if (isMissing(error)) return found;
    throw error;
  }
  for (const entry of entries) {
    const path = `${directory}/${entry}`;
    if ((await files.stat(path))?.type === 'directory')
      found.push(...(await filesBelow(files, path, `${prefix}${entry}/`)));
    else found.push(prefix + entry);
  }
  return found;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** '..2026_11_21_10_00_00.123'; a suffix keeps two writes of one millisecond apart. */
function timestampName(nowMs: number, previous: string | undefined): string {
  const [date = '', time = ''] = new Date(nowMs).toISOString().split('T');
  const base = `..${date.replaceAll('-', '_')}_${time.replace('Z', '').replaceAll(':', '_')}`;
  return base === previous ? `${base}1` : base;
}
