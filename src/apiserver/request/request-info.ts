/**
 * RequestInfo: what a path and a method ask for, in upstream's vocabulary (apiserver endpoints/request RequestInfoFactory):
 *
 *   /api/v1/namespaces/{namespace}/{resource}/{name}/{subresource}       /apis/{group}/{version}/...
 *   /api/v1/watch/...                                                    (the old spelling of ?watch=true)
 *
 * Everything else is a non-resource path: its verb is the lower-case method.
 */

import type { ApiRequest } from '#api/request.ts';

export interface RequestInfo {
  readonly isResourceRequest: boolean;
  readonly path: string;
  readonly verb: string;
  readonly apiGroup: string;
  readonly apiVersion: string;
  readonly namespace: string;
  readonly resource: string;
  readonly name: string;
  readonly subresource: string;
  /** What follows the subresource, without a leading slash: the target path of proxies. */
  readonly trailing: string;
}

export type RequestLine = Pick<ApiRequest, 'method' | 'path' | 'query'>;

/**
 * Undefined for a path whose percent-escapes are broken. A path is taken apart after its escapes were resolved, as upstream does it: one that
 * hides a slash is about what it says without them, to the authorizer as to the verbs.
 */
export function parseRequestInfo(request: RequestLine): RequestInfo | undefined {
  const { method, path } = request;
  const none: RequestInfo = {
    isResourceRequest: false,
    path,
    verb: method.toLowerCase(),
    apiGroup: '',
    apiVersion: '',
    namespace: '',
    resource: '',
    name: '',
    subresource: '',
    trailing: '',
  };
  if (!path.startsWith('/api')) return none;
  const isEscaped = path.includes('%');
  const plain = isEscaped ? decoded(path) : path;
  if (plain === undefined) return undefined;
  const parts = plain.slice(1).split('/');
  if (parts[parts.length - 1] === '') parts.pop();
  const grouped = parts[0] === 'apis';
  if (parts[0] !== 'api' && !grouped) return none;
  const head = grouped ? 3 : 2;
  if (parts.length < head + 1) return none;

  const apiGroup = grouped ? (parts[1] ?? '') : '';
  const apiVersion = parts[head - 1] ?? '';
  let position = head;
  let oldWatch = false;
  if (parts[position] === 'watch' && parts.length > position + 1) {
    oldWatch = true;
    position++;
  }
  let namespace = '';
  if (parts[position] === 'namespaces' && parts.length > position + 1) {
    namespace = parts[position + 1] ?? '';
    // namespaces/{name}, /status and /finalize are about the namespace itself, which is its own namespace.
    const third = parts[position + 2];
    if (third !== undefined && !namespaceSubresources.has(third)) position += 2;
  }
  const resource = parts[position] ?? '';
  const name = parts[position + 1] ?? '';
  const subresource = parts[position + 2] ?? '';
  const trailing = parts.length <= position + 3 ? '' : trailingOf(path, parts, position + 3, isEscaped);
  const info = {
    isResourceRequest: true,
    path,
    apiGroup,
    apiVersion,
    namespace,
    resource,
    name,
    subresource,
    trailing,
  };
  return { ...info, verb: verbOf(request, name, oldWatch) };
}

const namespaceSubresources = new Set(['status', 'finalize']);

function verbOf({ method, query }: RequestLine, name: string, oldWatch: boolean): string {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === '' ? 'deletecollection' : 'delete';
    case 'GET':
    case 'HEAD': {
      // Watching one object by its path is what upstream turned into a list with a field selector.
      if (oldWatch) return 'watch';
      if (name !== '') return 'get';
      return isTrue(query.get('watch')) ? 'watch' : 'list';
    }
    default:
      return method.toLowerCase();
  }
}

/** As upstream reads booleans of the query: anything but absent, '0' and 'false' is true. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** What follows a subresource is somebody else's path: as it was sent, unless escapes hide where it begins. */
function trailingOf(path: string, parts: readonly string[], start: number, isEscaped: boolean): string {
  const raw = path.slice(1).split('/');
  if (raw[raw.length - 1] === '') raw.pop();
  const hides = isEscaped && raw.slice(0, start).some((part) => /%2f/i.test(part));
  return hides ? parts.slice(start).map(encodeURIComponent).join('/') : raw.slice(start).join('/');
}
