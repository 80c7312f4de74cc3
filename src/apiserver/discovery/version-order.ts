/** The order of versions of equal priority in discovery: clients take the first. */

/** Newest and most stable first: v2, v1, v1beta2, v1beta1, v1alpha1, then other names (apimachinery util/version CompareKubeAwareVersionStrings). */
export function compareVersions(a: string, b: string): number {
  const left = rankOf(a);
  const right = rankOf(b);
  for (let at = 0; at < left.length; at++) {
    const difference = (right[at] as number) - (left[at] as number);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

function rankOf(version: string): readonly number[] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (!match) return [0, 0, 0];
  const stability = match[2] === undefined ? 3 : match[2] === 'beta' ? 2 : 1;
  return [stability, Number(match[1]), Number(match[3] ?? 0)];
}
