/** The end of a container's log as its termination message (FallbackToLogsOnError): content of CRI log lines, newest kept. */

/** `bytes` is the end of a log file; its first line may be cut. At most `maxLines` lines and `maxBytes` bytes are kept. */
export function parseLogTail(bytes: Uint8Array, maxLines: number, maxBytes: number): string {
  let text = '';
  const lines = new TextDecoder()
    .decode(bytes)
    .split('\n')
    .filter((line) => line !== '');
  for (const line of lines.slice(-maxLines)) {
    // TIME STREAM TAG CONTENT; the tag is P where a long line goes on in the next.
    const match = /^\S+ (?:stdout|stderr) ([FP])\S* ?(.*)$/.exec(line);
    if (!match) continue;
    const [, tag, content = ''] = match;
    text += tag === 'P' ? content : `${content}\n`;
  }
  const encoded = new TextEncoder().encode(text);
  return encoded.length <= maxBytes ? text : new TextDecoder().decode(encoded.subarray(encoded.length - maxBytes));
}
