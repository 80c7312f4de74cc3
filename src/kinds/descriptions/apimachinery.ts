/** What the types of apimachinery are that have packages to themselves, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */

import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const apimachinery: readonly PackageDescriptions[] = [
  {
    package: 'k8s.io/apimachinery/pkg/api/resource',
    text: `
Quantity: A decimal number with a suffix for its unit: m, u and n for thousandths and below, k to E by thousands, Ki to Ei by 1024; or with an exponent, as in 12e6. The server keeps it in its shortest form.
`,
  },
  {
    package: 'k8s.io/apimachinery/pkg/util/intstr',
    text: `
IntOrString: A whole number or a string: of a port its number or name, of an amount a number or a percentage such as 25%.
`,
  },
  {
    package: 'k8s.io/apimachinery/pkg/runtime',
    text: `
RawExtension: An object of any kind, kept as it was given.
`,
  },
  {
    package: 'k8s.io/apimachinery/pkg/version',
    text: `
Info: Which version a server is, and how it was built.
  major: Major version, such as 1.
  minor: Minor version, such as 36.
  emulationMajor: Major version that the server behaves like.
  emulationMinor: Minor version that the server behaves like.
  minCompatibilityMajor: Major version of the oldest one that it can work together with.
  minCompatibilityMinor: Minor version of the oldest one that it can work together with.
  gitVersion: Version in full, such as v1.36.3.
  gitCommit: Commit that it was built from.
  gitTreeState: Whether the sources equalled that commit: clean or dirty.
  buildDate: When it was built.
  goVersion: Version of Go, or of whatever runs the server.
  compiler: What compiled it.
  platform: Operating system and processor architecture, such as linux/amd64.
`,
  },
];
