/**
 * The short hash that names a revision of a pod template: `web-5d59d67564`, label pod-template-hash.
 *
 * Like upstream's: 32-bit FNV-1a over the template and the collision count, written in decimal with digits mapped to letters that
 * spell no words. Upstream hashes a dump of Go structures, so the values differ; nothing but this cluster reads them.
 */

import type { PodTemplateSpec } from '#kinds/generated/core-v1.ts';

/** Characters of generated names (apimachinery util/rand SafeEncodeString). */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

export function templateHash(template: PodTemplateSpec | undefined, collisionCount: number | undefined): string {
  return hashName(
    collisionCount === undefined ? canonicalText(template) : `${canonicalText(template)}#${collisionCount}`,
  );
}

/** The short name of any text: 1 to 10 characters. */
export function hashName(text: string): string {
  let name = '';
  for (const digit of String(fnv1a(new TextEncoder().encode(text)))) {
    name += alphabet[digit.charCodeAt(0) % alphabet.length];
  }
  return name;
}

/** 32-bit FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/). */
export function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** JSON with sorted keys and without absent members: one text for equal trees. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalText(member)}`).join(',')}}`;
}
