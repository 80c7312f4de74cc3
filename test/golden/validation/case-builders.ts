/** The usual cases of a kind: a valid object with something changed, created or patched. */

import { type GoldenCase, goldenNamespace } from './golden-case.ts';

export type Tree = Readonly<Record<string, unknown>>;

export interface CaseBuilders {
  /** A dry-run create of the valid object with these fields in place of its own. */
  readonly create: (name: string, fields?: Tree) => GoldenCase;
  /** A dry-run create with these fields of spec in place of the valid object's. */
  readonly spec: (name: string, fields: Tree) => GoldenCase;
  /** Creates the valid object for later cases, with these fields in place of its own. */
  readonly store: (fields?: Tree) => GoldenCase;
  /** A merge patch of the stored object. */
  readonly patch: (name: string, body: Tree) => GoldenCase;
  readonly patchStatus: (name: string, status: Tree) => GoldenCase;
  /** Dry-run creates with faults in the metadata, which every kind has; the rule for names is the kind's own. */
  readonly metadata: () => readonly GoldenCase[];
}

/** `path` is that of the collection below the cluster: 'apps/v1/namespaces/NAMESPACE/deployments'. */
export function caseBuilders(path: string, valid: Tree): CaseBuilders {
  const collection = `/apis/${path.replace('NAMESPACE', goldenNamespace)}`;
  const { name: storedName } = valid['metadata'] as { readonly name: string };
  const object = `${collection}/${storedName}`;
  const create = (name: string, fields: Tree = {}): GoldenCase => ({
    name,
    method: 'POST',
    path: collection,
    body: { ...valid, ...fields },
    dryRun: true,
  });
  const withMetadata = (name: string, fields: Tree): GoldenCase =>
    create(`metadata: ${name}`, { metadata: { ...(valid['metadata'] as Tree), ...fields } });
  return {
    create,
    spec: (name, fields) => create(name, { spec: { ...(valid['spec'] as Tree), ...fields } }),
    store: (fields = {}) => ({ name: 'stored', method: 'POST', path: collection, body: { ...valid, ...fields } }),
    patch: (name, body) => ({ name, method: 'PATCH', path: object, body }),
    patchStatus: (name, status) => ({ name, method: 'PATCH', path: `${object}/status`, body: { status } }),
    metadata: () => [
      withMetadata('name', { name: 'A_b c' }),
      withMetadata('name with slash', { name: 'a/b%' }),
      withMetadata('name of dots', { name: '..' }),
      withMetadata('long name', { name: 'a'.repeat(254) }),
      withMetadata('no name', { name: undefined }),
      withMetadata('generated name', { name: undefined, generateName: 'A_' }),
      withMetadata('labels', { labels: { 'a b': 'c d', 'A/b/c': '', 'x.y/z': 'v'.repeat(64) } }),
      withMetadata('annotations', { annotations: { 'a b': '', ['k'.repeat(64)]: 'x' } }),
      withMetadata('annotations too large', { annotations: { a: 'x'.repeat(262_145) } }),
      withMetadata('finalizers', { finalizers: ['plain', 'a b', 'example.com/f'] }),
      withMetadata('both finalizers of deletion', { finalizers: ['orphan', 'foregroundDeletion'] }),
      withMetadata('empty owner', { ownerReferences: [{ apiVersion: '', kind: '', name: '', uid: '' }] }),
      withMetadata('event as owner', { ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'a', uid: 'u' }] }),
      withMetadata('two controllers', {
        ownerReferences: ['b', 'c'].map((name) => ({
          apiVersion: 'v1',
          kind: 'Pod',
          name,
          uid: name,
          controller: true,
        })),
      }),
    ],
  };
}

/** The faults of metadata for one of the kinds of the core group; names begin with the resource. */
export function metadataOf(resource: string, object: Tree): readonly GoldenCase[] {
  const path = clusterScoped.has(resource) ? `/api/v1/${resource}` : resource;
  const valid = { metadata: { name: 'golden-metadata' }, ...object };
  return caseBuilders('', valid)
    .metadata()
    .map((made) => ({ ...made, name: `${resource} ${made.name}`, path }));
}

const clusterScoped: ReadonlySet<string> = new Set(['namespaces', 'nodes', 'persistentvolumes']);
