/**
 * The environments of Kubernetes: which libraries and settings an expression has, by the version that it must be understood by
 * (k8s.io/apiserver/pkg/cel/environment/base.go). Rules that are already stored are compiled with the newest version, new ones with what
 * a server one version older knows.
 */

import type { Environment, Library, Variable } from './environment.ts';
import { createEnvironment, extendEnvironment } from './environment.ts';
import { authorizerLibrary, authorizerSelectorsLibrary } from './libraries/authorizer.ts';
import { cidrLibrary } from './libraries/cidr.ts';
import { equalityCosts } from './libraries/equality.ts';
import { extendedListsLibrary } from './libraries/extended-lists.ts';
import { formatLibrary } from './libraries/format.ts';
import { ipLibrary } from './libraries/ip.ts';
import { listsLibrary } from './libraries/lists.ts';
import { optionalLibrary } from './libraries/optional.ts';
import { quantityLibrary } from './libraries/quantity.ts';
import { regexLibrary } from './libraries/regex.ts';
import { semverLibrary } from './libraries/semver.ts';
import { setsLibrary } from './libraries/sets.ts';
import { stringsLibrary, stringsLibraryV0 } from './libraries/strings.ts';
import { urlLibrary } from './libraries/url.ts';
import { standardLibrary, twoVariableLibrary } from './standard/library.ts';

/** What an expression may cost when it runs, where nothing else is said (celconfig.PerCallLimit). */
export const perCallCostLimit = 1_000_000;

interface VersionedLibrary {
  /** Minor version of Kubernetes 1. */
  readonly since: number;
  readonly before?: number;
  readonly library: Library;
}

const versioned: readonly VersionedLibrary[] = [
  { since: 0, library: standardLibrary },
  { since: 0, library: equalityCosts },
  { since: 0, library: urlLibrary },
  { since: 0, library: regexLibrary },
  { since: 0, library: listsLibrary },
  { since: 0, before: 29, library: stringsLibraryV0 },
  { since: 27, library: authorizerLibrary },
  { since: 28, library: optionalLibrary },
  { since: 28, library: quantityLibrary },
  { since: 29, library: stringsLibrary },
  { since: 29, library: setsLibrary },
  { since: 30, library: ipLibrary },
  { since: 30, library: cidrLibrary },
  { since: 31, library: formatLibrary },
  { since: 31, library: authorizerSelectorsLibrary },
  { since: 32, library: twoVariableLibrary },
  { since: 33, library: semverLibrary },
  { since: 34, library: extendedListsLibrary },
];

const environments = new Map<number, Environment>();

export interface KubernetesEnvironmentOptions {
  /** '1.36' */
  readonly version: string;
  readonly variables?: readonly Variable[];
  /** Of the user: types of its variables, functions of its own. */
  readonly libraries?: readonly Library[];
}

/** Throws a RangeError for what is no version of Kubernetes 1. */
export function kubernetesEnvironment({
  version,
  variables = [],
  libraries = [],
}: KubernetesEnvironmentOptions): Environment {
  const minor = Number(/^1\.(\d+)$/.exec(version)?.[1]);
  if (Number.isNaN(minor)) throw new RangeError(`no version of Kubernetes: ${version}`);
  const base = baseEnvironment(minor);
  if (variables.length === 0 && libraries.length === 0) return base;
  return extendEnvironment(base, ...libraries, { variables });
}

function baseEnvironment(minor: number): Environment {
  const known = environments.get(minor);
  if (known) return known;
  const libraries = versioned
    .filter(({ since, before }) => since <= minor && (before === undefined || minor < before))
    .map(({ library }) => library);
  const environment = createEnvironment(libraries, {
    homogeneousLiterals: true,
    checkLiterals: minor >= 29,
    optionalSyntax: minor >= 28,
    presenceTestHasCost: false,
  });
  environments.set(minor, environment);
  return environment;
}
