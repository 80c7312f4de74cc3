/**
 * Findings about a body of YAML in the order in which upstream tells them: it makes JSON of the YAML first, with the keys of every object
 * sorted, and finds what it finds in that.
 */

/** Findings whose texts differ in the path of their field ('unknown field "spec.ports[1].x"'). */
export function inKeyOrder(findings: readonly string[]): readonly string[] {
  if (findings.length < 2) return findings;
  return findings
    .map((text) => ({ text, path: pathOf(text) }))
    .sort((a, b) => comparePaths(a.path, b.path))
    .map(({ text }) => text);
}

type Path = readonly (string | number)[];

function pathOf(finding: string): Path {
  return finding
    .replaceAll('[', '.[')
    .split('.')
    .map((step) => (/^\[\d+\]/.test(step) ? Number.parseInt(step.slice(1), 10) : step));
}

function comparePaths(a: Path, b: Path): number {
  const differing = a.findIndex((step, depth) => step !== b[depth]);
  const [left, right] = [a[differing], b[differing]];
  if (left === undefined) return a.length - b.length;
  if (right === undefined) return 1;
  return left < right ? -1 : 1;
}
