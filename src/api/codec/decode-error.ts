/** DecodeError: input that is no object of the expected type. The message is upstream's; the server answers 400 with it. */

export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** Deepest nesting that is read. Upstream stops at 10,000, which no object comes near; ours keeps recursion off the stack's end. */
export const maxDepth = 1000;

/** Most findings of strict decoding that are reported (sigs.k8s.io/json). */
export const maxStrictErrors = 100;

export function unknownField(path: string): string {
  return `unknown field ${JSON.stringify(path)}`;
}

export function duplicateField(path: string): string {
  return `duplicate field ${JSON.stringify(path)}`;
}

/** The text of all findings as the server words it. */
export function strictDecodingMessage(errors: readonly string[]): string {
  return `strict decoding error: ${errors.join(', ')}`;
}
