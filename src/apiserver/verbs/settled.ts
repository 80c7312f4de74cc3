/** What reading a patch came to, told only when there is an object for it: of what is not there, that is what is said. */

export type Settled<T> =
  | { readonly value: T; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: unknown };

export function settled<T>(read: () => T): Settled<T> {
  try {
    return { value: read() };
  } catch (error) {
    return { error };
  }
}

/** Throws what reading threw. */
export function unwrapped<T>(result: Settled<T>): T {
  if (result.error !== undefined) throw result.error;
  return result.value as T;
}
