/** A JSON-like tree with the members of its objects in order, as Go prints its maps. */
export function sortedTree(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedTree);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sortedTree(member)]));
}
