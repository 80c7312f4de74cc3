/** Names the version and kind in which objects are stored (apiserver endpoints/discovery/storageversionhash.go). */

import { sha256 } from '#base/sha256.ts';

const hashBytes = 8;

export function storageVersionHash(group: string, version: string, kind: string): string {
  return sha256(`${group}/${version}/${kind}`).subarray(0, hashBytes).toBase64();
}
