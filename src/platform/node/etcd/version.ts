/** What an etcd can do, by its version as it prints it ('3.4.23', '3.6.0-alpha.0'). */

/** Whether a watch's progress is announced only after its events: mended in 3.4.25 and 3.5.8 (etcd issue 15220). */
export function vouchesForProgress(version: string): boolean {
  return !isOlder(version, [3, 4, 25]) && (isOlder(version, [3, 5, 0]) || !isOlder(version, [3, 5, 8]));
}

function isOlder(version: string, than: readonly [number, number, number]): boolean {
  const parts = version.split(/[.-]/, 3).map(Number);
  for (const [place, limit] of than.entries()) {
    const part = parts[place] ?? 0;
    if (part !== limit) return part < limit;
  }
  return false;
}
