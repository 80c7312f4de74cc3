/** What operations do and what their parameters mean, in our words, for OpenAPI documents. */

import type { SchemaObject } from './components.ts';
import type { Operation, Parameter } from './operations.ts';

/** Of an operation at a path: '/api/v1/namespaces/{namespace}/pods/{name}/status'. */
export function operationText(path: string, { action, kind, method }: Operation): string {
  if (action === undefined || kind === undefined) return metaText(path);
  const part = /\/\{name\}\/([^/]+)/.exec(path)?.[1];
  const one = part === undefined ? `one ${kind.kind}` : `${part} of one object (${kind.kind})`;
  switch (action) {
    case 'list':
      return `Lists objects of kind ${kind.kind}; with watch=true it tells of their changes as they happen.`;
    case 'watchlist':
      return `Tells of changes to a list of kind ${kind.kind}. Deprecated: list with watch=true.`;
    case 'watch':
      return `Tells of changes to ${one}. Deprecated: list with watch=true and a field selector of its name.`;
    case 'get':
      return `Reads ${one}.`;
    case 'post':
      return `Creates ${one}.`;
    case 'put':
      return `Replaces ${one}.`;
    case 'patch':
      return `Changes parts of ${one}; with an apply patch, creates it too.`;
    case 'delete':
      return `Deletes ${one}.`;
    case 'deletecollection':
      return `Deletes the objects of kind ${kind.kind} that the selectors choose, or all.`;
    default:
      return `Connects a ${method.toUpperCase()} request to ${one}.`;
  }
}

function metaText(path: string): string {
  if (path === '/version/') return 'Tells the version of the server.';
  if (path === '/api/' || path === '/apis/') return 'Lists what groups and versions of the API are served.';
  if (/^\/apis\/[^/]+\/$/.test(path)) return 'Tells the versions of a group, and which is preferred.';
  if (/^\/apis?\//.test(path)) return 'Lists the resources of a version of a group.';
  return 'Reads what is at the path.';
}

/** What both versions of OpenAPI say of a parameter alike. */
export function parameterHead({ name, in: place }: Parameter): SchemaObject {
  const description = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  return {
    name,
    in: place,
    ...(description === undefined ? {} : { description }),
    ...(place === 'path' ? { required: true } : {}),
  };
}

const parameters: Readonly<Record<string, string>> = {
  allowWatchBookmarks: 'Lets a watch send bookmarks: events without an object that tell how far it has come.',
  command: 'The program and each of its arguments, one parameter each; no shell is involved.',
  container: 'Container of the pod; may be left out where the pod has one or names its default.',
  continue: 'The token that the page before came with; empty for the first page. Other parameters stay what they were.',
  dryRun: 'All carries the request out up to the store, and stores nothing.',
  fieldManager: 'Name under which the changed fields are owned, at most 128 characters. An apply patch must have it.',
  fieldSelector: 'Chooses objects by fields: metadata.name=web,status.phase!=Running.',
  fieldValidation:
    'What happens to unknown and repeated fields: Ignore drops them, Warn tells of them, Strict refuses the request.',
  follow: 'Goes on as the log grows.',
  force: 'Takes fields over that other managers own, in place of a conflict. For apply patches.',
  gracePeriodSeconds:
    'Seconds until the object is removed, for kinds that end by themselves; 0 at once. Absent: what the kind says.',
  ignoreStoreReadErrorWithClusterBreakingPotential:
    'Deletes an object that can no longer be read from the store, without finalizers and without looking at it.',
  insecureSkipTLSVerifyBackend: 'Does not check the certificate of the node that has the log.',
  labelSelector: 'Chooses objects by labels: app=web,tier in (front,back),!old.',
  limit: 'At most so many objects; when there are more, the list has a token for the next page.',
  limitBytes: 'Ends the log after so many bytes.',
  name: 'Name of the object.',
  namespace: 'Namespace of the objects.',
  orphanDependents: 'Deprecated: propagationPolicy says it.',
  path: 'Path below the address that is proxied to.',
  ports: 'Ports to forward; needed with WebSocket.',
  pretty: 'true indents the answer.',
  previous: 'The log of the run before, of a container that was started again.',
  propagationPolicy:
    'What becomes of objects that this one owns: Orphan leaves them, Background deletes them afterwards, Foreground before it.',
  resourceVersion:
    'How new the answer must be: absent means the newest, 0 whatever is at hand. A watch begins behind it.',
  resourceVersionMatch: 'Exact or NotOlderThan: how a list takes resourceVersion.',
  sendInitialEvents: 'A watch begins with what there is, as added, up to a bookmark that says so.',
  shardSelector: 'Chooses a share of the objects by a hash of their identity.',
  sinceSeconds: 'Only lines of the last so many seconds.',
  stderr: 'Joins the standard error.',
  stdin: 'Joins the standard input.',
  stdout: 'Joins the standard output.',
  stream: 'All, Stdout or Stderr.',
  tailLines: 'Only the last so many lines.',
  timeoutSeconds: 'Ends the request after so many seconds, whatever it is doing.',
  timestamps: 'Begins each line with its time.',
  tty: 'Gives the program a terminal.',
  watch: 'Tells of changes as they happen, in place of a list.',
};
