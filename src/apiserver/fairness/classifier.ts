/**
 * From a request to its FlowSchema (apiserver util/flowcontrol rule.go): the first, by matchingPrecedence and then by name, that has a
 * rule for both the subject and what is asked for.
 *
 * Subjects are decided once per user: what is left for a request is a few set lookups in the rules that name its user.
 */

import type { UserInfo } from '#api/request.ts';
import type {
  FlowSchema,
  NonResourcePolicyRule,
  ResourcePolicyRule,
  Subject,
} from '#kinds/generated/flowcontrol-v1.ts';
import type { RequestInfo } from '../request/request-info.ts';

/** Users whose rules are kept; beyond it the table is begun anew. */
const userBound = 4096;

interface Target<T> {
  readonly schema: T;
  readonly resources: readonly ResourceRule[];
  readonly paths: readonly PathRule[];
}

interface CompiledSchema<T> {
  readonly schema: T;
  readonly rules: readonly {
    readonly subjects: readonly Subject[];
    readonly resources: readonly ResourceRule[];
    readonly paths: readonly PathRule[];
  }[];
}

/** `T` is what the caller keeps for a schema. */
export class Classifier<T> {
  private readonly schemas: readonly CompiledSchema<T>[];
  private readonly fallback: T;
  private readonly users = new Map<string, readonly Target<T>[]>();

  /** `schemas` in the order of `inMatchingOrder`; `fallback` takes what none of them matches. */
  constructor(schemas: readonly (readonly [FlowSchema, T])[], fallback: T) {
    this.fallback = fallback;
    this.schemas = schemas.map(([{ spec }, schema]) => ({
      schema,
      rules: (spec?.rules ?? []).map(({ subjects, resourceRules, nonResourceRules }) => ({
        subjects,
        resources: (resourceRules ?? []).map((rule) => new ResourceRule(rule)),
        paths: (nonResourceRules ?? []).map((rule) => new PathRule(rule)),
      })),
    }));
  }

  classify(user: UserInfo, info: RequestInfo): T {
    for (const { schema, resources, paths } of this.targetsOf(user)) {
      if (info.isResourceRequest) {
        for (const rule of resources) if (rule.matches(info)) return schema;
      } else {
        for (const rule of paths) if (rule.matches(info)) return schema;
      }
    }
    return this.fallback;
  }

  private targetsOf(user: UserInfo): readonly Target<T>[] {
    const key = `${user.username}\u0000${user.groups.join('\u0000')}`;
    const known = this.users.get(key);
    if (known) return known;
    const targets = this.schemas.flatMap(({ schema, rules }) => {
      const mine = rules.filter(({ subjects }) => subjects.some((subject) => matchesSubject(user, subject)));
      if (mine.length === 0) return [];
      return {
        schema,
        resources: mine.flatMap(({ resources }) => resources),
        paths: mine.flatMap(({ paths }) => paths),
      };
    });
    if (this.users.size >= userBound) this.users.clear();
    this.users.set(key, targets);
    return targets;
  }
}

export function inMatchingOrder(a: FlowSchema, b: FlowSchema): number {
  const order = precedence(a) - precedence(b);
  if (order !== 0) return order;
  const [left, right] = [a.metadata?.name ?? '', b.metadata?.name ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A schema without one gets this by default (flowcontrol v1 defaults). */
const defaultPrecedence = 1000;

function precedence({ spec }: FlowSchema): number {
  return spec?.matchingPrecedence || defaultPrecedence;
}

const serviceAccountPrefix = 'system:serviceaccount:';

function matchesSubject({ username, groups }: UserInfo, { kind, user, group, serviceAccount }: Subject): boolean {
  switch (kind) {
    case 'User':
      return user !== undefined && (user.name === '*' || user.name === username);
    case 'Group':
      return group !== undefined && (group.name === '*' || groups.includes(group.name));
    case 'ServiceAccount': {
      if (!serviceAccount) return false;
      const accounts = `${serviceAccountPrefix}${serviceAccount.namespace}:`;
      if (serviceAccount.name === '*') return username.startsWith(accounts);
      return username === accounts + serviceAccount.name;
    }
    default:
      return false;
  }
}

/** Undefined for all: the wildcard counts only when it stands alone, as upstream reads it. */
type Names = ReadonlySet<string> | undefined;

function namesOf(names: readonly string[]): Names {
  return names.length === 1 && names[0] === '*' ? undefined : new Set(names);
}

class ResourceRule {
  private readonly verbs: Names;
  private readonly apiGroups: Names;
  private readonly resources: Names;
  private readonly namespaces: Names;
  private readonly clusterScope: boolean;

  constructor({ verbs, apiGroups, resources, namespaces, clusterScope }: ResourcePolicyRule) {
    this.verbs = namesOf(verbs);
    this.apiGroups = namesOf(apiGroups);
    this.resources = namesOf(resources);
    this.namespaces = namesOf(namespaces ?? []);
    this.clusterScope = clusterScope ?? false;
  }

  matches({ verb, apiGroup, resource, subresource, namespace }: RequestInfo): boolean {
    if (this.verbs && !this.verbs.has(verb)) return false;
    if (this.resources && !this.resources.has(subresource === '' ? resource : `${resource}/${subresource}`))
      return false;
    if (this.apiGroups && !this.apiGroups.has(apiGroup)) return false;
    if (namespace === '') return this.clusterScope;
    return !this.namespaces || this.namespaces.has(namespace);
  }
}

class PathRule {
  private readonly verbs: Names;
  private readonly everyPath: boolean;
  private readonly paths: ReadonlySet<string>;
  private readonly prefixes: readonly string[];

  constructor({ verbs, nonResourceURLs }: NonResourcePolicyRule) {
    this.verbs = namesOf(verbs);
    this.everyPath = nonResourceURLs.includes('*');
    this.paths = new Set(nonResourceURLs);
    // A path stands for everything below it, with or without '/*'.
    this.prefixes = nonResourceURLs.map((path) => path.replace(/\*$/, '').replace(/\/?$/, '/'));
  }

  matches({ verb, path }: RequestInfo): boolean {
    if (this.verbs && !this.verbs.has(verb)) return false;
    return this.everyPath || this.paths.has(path) || this.prefixes.some((prefix) => path.startsWith(prefix));
  }
}
