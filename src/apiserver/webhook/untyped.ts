/** Reading what webhooks answer: nothing of it is trusted to be of the type that it should be. */

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** The strings of a list. */
export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Lists of strings by key. */
export function textMap(value: unknown): Readonly<Record<string, readonly string[]>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, list]) => [key, strings(list)]));
}
