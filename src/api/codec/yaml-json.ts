/**
 * YAML that is JSON. Clients apply JSON as a rule, under YAML's content type, and JSON.parse takes a twentieth of the time; but the two do not
 * agree on everything: keys that are there twice, escapes, characters that YAML wants escaped, long keys, numbers beyond what is exact. A text
 * with any of these is left to the reader of YAML.
 */

import { countMembers } from './json-scan.ts';

/** A longer text is left to the reader of YAML, too: this one reads without a turn of the event loop. */
export const maxPlainLength = 256 * 1024;
/** Far from where either reader gives up. */
const maxPlainDepth = 64;
/** A key of YAML that is followed by its value on the same line has at most 1024 bytes. */
const maxKeyLength = 256;

/** Anything but printable ASCII and line ends, and escapes of anything but quotes, backslashes, tabs and line ends. */
const unusual = /[^\n\r -~]|\\[^"\\nrt]/;

/** The tree of a JSON object which says in YAML the same; undefined for anything else. */
export function plainJson(text: string): Record<string, unknown> | undefined {
  if (text[0] !== '{' || text.length > maxPlainLength || unusual.test(text)) return undefined;
  let tree: unknown;
  try {
    tree = JSON.parse(text);
  } catch {
    return undefined;
  }
  const members = membersOf(tree, maxPlainDepth);
  return members !== undefined && members === countMembers(text) ? (tree as Record<string, unknown>) : undefined;
}

/** Undefined where YAML may see it otherwise. */
function membersOf(tree: unknown, depth: number): number | undefined {
  if (typeof tree === 'number') return Number.isSafeInteger(tree) && !Object.is(tree, -0) ? 0 : undefined;
  if (tree === null || typeof tree !== 'object') return 0;
  if (depth === 0) return undefined;
  let count = 0;
  if (Array.isArray(tree)) {
    for (const item of tree) {
      const inside = membersOf(item, depth - 1);
      if (inside === undefined) return undefined;
      count += inside;
    }
    return count;
  }
  const object = tree as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(object)) {
    const inside = key.length > maxKeyLength ? undefined : membersOf(object[key], depth - 1);
    if (inside === undefined) return undefined;
    count += inside + 1;
  }
  return count;
}
