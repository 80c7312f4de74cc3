/**
 * Pages whose content is compressed: links are rewritten in what they unfold to, and what comes out is folded the same way. Content that
 * unfolds to more than its bound, or does not unfold, comes as it was: a bomb costs the bound and no more.
 */

import { concat } from '#api/streaming/byte-stream.ts';

/** Content codings that can be rewritten; 'deflate' is the bare stream, as upstream takes it. */
const formats = { gzip: 'gzip', deflate: 'deflate-raw' } as const;

export type PageCoding = keyof typeof formats;

export function isPageCoding(coding: string): coding is PageCoding {
  return Object.hasOwn(formats, coding);
}

/** Rejects never; `rewrite` sees at most `maxBytes`. */
export async function recoded(
  page: Uint8Array,
  coding: PageCoding,
  rewrite: (page: Uint8Array) => Uint8Array,
  maxBytes: number,
): Promise<Uint8Array> {
  const plain = await collected(page, new DecompressionStream(formats[coding]), maxBytes).catch(() => undefined);
  if (!plain) return page;
  return (await collected(rewrite(plain), new CompressionStream(formats[coding]), Number.POSITIVE_INFINITY)) ?? page;
}

/** Undefined when it becomes longer than `maxBytes`. */
async function collected(
  bytes: Uint8Array,
  through: CompressionStream | DecompressionStream,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(through);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return concat(chunks);
}
