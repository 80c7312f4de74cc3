/**
 * Gives back what a process holds and does not use, beside V8's heap: free memory of malloc, and pages of the program that only its
 * start or a busy minute ran.
 *
 * A page of a file counts as resident from its first use until the process ends: of Node's 115 MB of code and data a start touches 50,
 * a process at rest 20. They are taken out of the process's page table and stay in the kernel's cache, from which the next use
 * maps them again (16 pages at a time, in microseconds); the kernel may drop them when others need memory.
 *
 * There is no function of Node for either: both are calls of libc through node:ffi. A Node.js without it keeps its pages.
 */

import { readFileSync } from 'node:fs';

export type ReleaseMemory = () => void;

/** MADV_DONTNEED of madvise(2), the same on all architectures of Linux but alpha. */
const dontNeed = 4;

/** Undefined when libc cannot be called. */
export async function memoryReleaser(): Promise<ReleaseMemory | undefined> {
  try {
    const { dlopen } = await import('node:ffi');
    const libc = dlopen(null, {
      madvise: { arguments: ['u64', 'u64', 'i32'], return: 'i32' },
      malloc_trim: { arguments: ['u64'], return: 'i32' },
    });
    return () => {
      libc.functions.malloc_trim(0n);
      for (const { start, bytes } of cleanFileRanges(readFileSync('/proc/self/smaps', 'latin1'))) {
        libc.functions.madvise(start, bytes, dontNeed);
      }
    };
  } catch {
    return undefined;
  }
}

export interface AddressRange {
  readonly start: bigint;
  readonly bytes: bigint;
}

/**
 * Private mappings of files that cannot be written and hold no page of the process's own, from the text of /proc/PID/smaps (proc(5)).
 * Relocated data cannot be written either, but are the process's own: they would be lost.
 */
export function cleanFileRanges(smaps: string): readonly AddressRange[] {
  return [...smaps.matchAll(mapping)].map(([, start = '', end = '']) => ({
    start: BigInt(`0x${start}`),
    bytes: BigInt(`0x${end}`) - BigInt(`0x${start}`),
  }));
}

/** The first line of a mapping, then its fields, `Name: value`, up to `Anonymous: 0 kB`. */
const mapping = /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p [0-9a-f]+ \S+ \d+ +\/.*\n(?:[A-Z]\w+: .*\n)*?Anonymous: +0 kB$/gm;
