/**
 * SPDY/3.1 frames (SPDY/3 section 2.2, without header compression): bytes to frames and back.
 *
 * The decoder takes bytes as they come. A control frame is held until it is whole and is bounded; the payload of a data frame
 * (up to 16 MiB) is never held: it is handed on piece by piece, `fin` with the last.
 */

/** The peer broke the protocol: the connection ends. */
export class SpdyError extends Error {
  override readonly name = 'SpdyError';
}

export const resetStatus = {
  protocolError: 1,
  invalidStream: 2,
  refusedStream: 3,
  cancel: 5,
  internalError: 6,
} as const;

export type SpdyFrame =
  | { readonly type: 'synStream'; readonly streamId: number; readonly fin: boolean; readonly block: Uint8Array }
  | { readonly type: 'synReply'; readonly streamId: number; readonly fin: boolean; readonly block: Uint8Array }
  | { readonly type: 'headers'; readonly streamId: number; readonly fin: boolean; readonly block: Uint8Array }
  | { readonly type: 'rstStream'; readonly streamId: number; readonly status: number }
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'goAway'; readonly lastStreamId: number; readonly status: number }
  | { readonly type: 'data'; readonly streamId: number; readonly fin: boolean; readonly bytes: Uint8Array };

const version = 3;
const controlTypes = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;
const flagFin = 1;
const frameHeaderBytes = 8;

/** Payload bytes of one control frame at most. */
const maxControlBytes = 64 * 1024;

export function encodeFrame(frame: SpdyFrame): Uint8Array {
  switch (frame.type) {
    case 'data': {
      const bytes = new Uint8Array(frameHeaderBytes + frame.bytes.length);
      const words = new DataView(bytes.buffer);
      words.setUint32(0, frame.streamId);
      words.setUint32(4, ((frame.fin ? flagFin : 0) << 24) | frame.bytes.length);
      bytes.set(frame.bytes, frameHeaderBytes);
      return bytes;
    }
    case 'synStream':
      // Associated stream, priority and slot stay 0.
      return control(controlTypes.synStream, frame.fin, [frame.streamId, 0], frame.block, 2);
    case 'synReply':
      return control(controlTypes.synReply, frame.fin, [frame.streamId], frame.block);
    case 'headers':
      return control(controlTypes.headers, frame.fin, [frame.streamId], frame.block);
    case 'rstStream':
      return control(controlTypes.rstStream, false, [frame.streamId, frame.status]);
    case 'ping':
      return control(controlTypes.ping, false, [frame.id]);
    case 'goAway':
      return control(controlTypes.goAway, false, [frame.lastStreamId, frame.status]);
  }
}

function control(
  type: number,
  fin: boolean,
  numbers: readonly number[],
  block: Uint8Array = new Uint8Array(),
  gap = 0,
): Uint8Array {
  const length = numbers.length * 4 + gap + block.length;
  const bytes = new Uint8Array(frameHeaderBytes + length);
  const words = new DataView(bytes.buffer);
  words.setUint16(0, 0x8000 | version);
  words.setUint16(2, type);
  words.setUint32(4, ((fin ? flagFin : 0) << 24) | length);
  numbers.forEach((number, i) => {
    words.setUint32(frameHeaderBytes + 4 * i, number);
  });
  bytes.set(block, bytes.length - block.length);
  return bytes;
}

export class SpdyDecoder {
  /** The start of a frame whose header, or control payload, is not whole yet. */
  private held = new Uint8Array();
  private data: { readonly streamId: number; readonly fin: boolean; left: number } | undefined;

  /** Frames that these bytes complete, in order. Throws SpdyError. */
  *push(chunk: Uint8Array): Generator<SpdyFrame, void, void> {
    let bytes = chunk;
    if (this.held.length > 0) {
      bytes = new Uint8Array(this.held.length + chunk.length);
      bytes.set(this.held);
      bytes.set(chunk, this.held.length);
      this.held = new Uint8Array();
    }
    for (;;) {
      if (this.data) {
        if (bytes.length === 0) return;
        const piece = bytes.subarray(0, this.data.left);
        bytes = bytes.subarray(piece.length);
        const { streamId, fin } = this.data;
        this.data.left -= piece.length;
        const last = this.data.left === 0;
        if (last) this.data = undefined;
        yield { type: 'data', streamId, fin: fin && last, bytes: piece };
        continue;
      }
      if (bytes.length < frameHeaderBytes) break;
      const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const flags = bytes[4] ?? 0;
      const length = words.getUint32(4) & 0xffffff;
      if ((words.getUint16(0) & 0x8000) === 0) {
        const streamId = words.getUint32(0);
        const fin = (flags & flagFin) !== 0;
        if (streamId === 0) throw new SpdyError('data for stream 0');
        bytes = bytes.subarray(frameHeaderBytes);
        if (length > 0) this.data = { streamId, fin, left: length };
        else yield { type: 'data', streamId, fin, bytes: new Uint8Array() };
        continue;
      }
      if (words.getUint16(0) !== (0x8000 | version)) throw new SpdyError(`SPDY version ${words.getUint16(0) & 0x7fff}`);
      if (length > maxControlBytes) throw new SpdyError(`control frame of ${length} bytes`);
      if (bytes.length < frameHeaderBytes + length) break;
      const frame = decodeControl(
        words.getUint16(2),
        flags,
        bytes.subarray(frameHeaderBytes, frameHeaderBytes + length),
      );
      bytes = bytes.subarray(frameHeaderBytes + length);
      if (frame) yield frame;
    }
    if (bytes.length > 0) this.held = bytes.slice();
  }
}

/** Undefined for frames that Kubernetes' peers do not act on: SETTINGS and WINDOW_UPDATE (spdystream has no flow control). */
function decodeControl(type: number, flags: number, payload: Uint8Array): SpdyFrame | undefined {
  const words = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const fin = (flags & flagFin) !== 0;
  const need = (length: number, exact: boolean) => {
    if (exact ? payload.length !== length : payload.length < length)
      throw new SpdyError(`control frame of type ${type} is cut off`);
  };
  const streamId = () => {
    const id = words.getUint32(0) & 0x7fffffff;
    if (id === 0) throw new SpdyError(`control frame of type ${type} for stream 0`);
    return id;
  };
  switch (type) {
    case controlTypes.synStream:
      need(10, false);
      return { type: 'synStream', streamId: streamId(), fin, block: payload.slice(10) };
    case controlTypes.synReply:
      need(4, false);
      return { type: 'synReply', streamId: streamId(), fin, block: payload.slice(4) };
    case controlTypes.headers:
      need(4, false);
      return { type: 'headers', streamId: streamId(), fin, block: payload.slice(4) };
    case controlTypes.rstStream:
      need(8, true);
      return { type: 'rstStream', streamId: streamId(), status: words.getUint32(4) };
    case controlTypes.ping:
      need(4, true);
      return { type: 'ping', id: words.getUint32(0) };
    case controlTypes.goAway:
      need(8, true);
      return { type: 'goAway', lastStreamId: words.getUint32(0) & 0x7fffffff, status: words.getUint32(4) };
    case controlTypes.settings:
    case controlTypes.windowUpdate:
      return undefined;
    default:
      throw new SpdyError(`control frame of unknown type ${type}`);
  }
}
