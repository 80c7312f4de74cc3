/**
 * Which permission a request to the kubelet's server needs: a verb on a subresource of this node (pkg/kubelet/server/auth.go,
 * KEP-2862 fine-grained authorization). Any one of the answers is enough.
 */

export interface NodeRequestAttributes {
  /** '' when the method is none of the API's. */
  readonly verb: string;
  /** 'proxy', 'stats', 'metrics', 'log', 'pods', 'healthz', 'configz', 'checkpoint', 'statusz' */
  readonly subresource: string;
  readonly path: string;
}

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Below nodes/proxy; these have a finer permission of their own too. */
const fineGrained: readonly (readonly [path: string, subresource: string])[] = [
  ['/pods', 'pods'],
  ['/runningpods', 'pods'],
  ['/healthz', 'healthz'],
  ['/configz', 'configz'],
];

const ownSubresource: readonly (readonly [path: string, subresource: string])[] = [
  ['/stats', 'stats'],
  ['/metrics', 'metrics'],
  ['/logs', 'log'],
  ['/checkpoint', 'checkpoint'],
  ['/statusz', 'statusz'],
  ['/flagz', 'configz'],
];

/** Paths that run or reach into containers. Their WebSocket form is a GET, which must not make them a matter of reading. */
const acting = ['/exec', '/attach', '/portForward', '/run'];

export function requestAttributes(method: string, path: string): readonly NodeRequestAttributes[] {
  const verb = acting.some((prefix) => isUnder(path, prefix)) ? 'create' : (verbs[method] ?? '');
  const fine = fineGrained.filter(([prefix]) => isUnder(path, prefix)).map(([, subresource]) => subresource);
  const own = ownSubresource.find(([prefix]) => isUnder(path, prefix))?.[1] ?? 'proxy';
  return [...fine, own].map((subresource) => ({ verb, subresource, path }));
}

function isUnder(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}
