/** Raw DEFLATE by zlib, a block at a time: what SPDY's header compression asks of the platform. */

import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { RawDeflate } from '#api/streaming/spdy/header-block.ts';

export const nodeRawDeflate: RawDeflate = {
  deflate: (bytes, dictionary) => deflateRawSync(bytes, { dictionary, finishFlush: constants.Z_SYNC_FLUSH }),
  inflate: (bytes, dictionary, maxBytes) =>
    inflateRawSync(bytes, {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: maxBytes,
      // zlib takes an empty dictionary for a mistake.
      ...(dictionary.length > 0 ? { dictionary } : {}),
    }),
};
