/** Names that belong to admission configuration from files, which no API request can manage. */

import type { KubeObject } from '#api/object.ts';

const suffix = '.static.k8s.io';

export function staticSuffixWarnings({ metadata }: KubeObject): readonly string[] {
  if (!metadata?.name?.endsWith(suffix)) return [];
  return [
    `metadata.name: names ending with "${suffix}" are reserved for static manifest-based configurations and cannot be managed via the API`,
  ];
}
