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
  return {
    create,
    spec: (name, fields) => create(name, { spec: { ...(valid['spec'] as Tree), ...fields } }),
    store: (fields = {}) => ({ name: 'stored', method: 'POST', path: collection, body: { ...valid, ...fields } }),
    patch: (name, body) => ({ name, method: 'PATCH', path: object, body }),
    patchStatus: (name, status) => ({ name, method: 'PATCH', path: `${object}/status`, body: { status } }),
  };
}
