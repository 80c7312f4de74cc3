/**
 * The byte arrays that this server wrote and whose events it has not seen yet. An event that carries the same bytes is handed on with
 * the writer's array: the watch cache knows its decoded view, and the value is in memory once.
 */

/** Writes that fail or whose event never comes are dropped, oldest first. */
const maxWrites = 2048;

export class OwnWrites {
  private readonly byKey = new Map<string, Uint8Array>();

  wrote(key: string, value: Uint8Array): void {
    this.byKey.delete(key);
    this.byKey.set(key, value);
    if (this.byKey.size <= maxWrites) return;
    for (const oldest of this.byKey.keys()) {
      this.byKey.delete(oldest);
      return;
    }
  }

  /** The writer's array if it has these bytes, else the bytes themselves. */
  sharedWith(key: string, value: Uint8Array): Uint8Array {
    const own = this.byKey.get(key);
    if (!own || own.length !== value.length || Buffer.compare(own, value) !== 0) return value;
    this.byKey.delete(key);
    return own;
  }
}
