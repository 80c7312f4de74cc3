/** What is odd about a review as about any other: its metadata, its body, how it is asked. Nothing of it is stored. */

import type { Tree } from './case-builders.ts';
import type { GoldenCase } from './golden-case.ts';

export interface ReviewCases {
  readonly ask: (name: string, fields?: Tree, rest?: Partial<GoldenCase>) => GoldenCase;
  /** Questions that the kind itself has no part in. */
  readonly odd: () => readonly GoldenCase[];
}

/** `path` is the whole one of the collection. */
export function reviewCases(path: string, valid: Tree, as?: GoldenCase['as']): ReviewCases {
  const ask = (name: string, fields: Tree = {}, rest: Partial<GoldenCase> = {}): GoldenCase => ({
    name,
    method: 'POST',
    path,
    body: { ...valid, ...fields },
    ...(as ? { as } : {}),
    ...rest,
  });
  return {
    ask,
    odd: () => [
      ask('dry run', {}, { dryRun: true }),
      ask('metadata: name', { metadata: { name: 'golden' } }),
      ask('metadata: generated name', { metadata: { generateName: 'golden-' } }),
      ask('metadata: labels', { metadata: { labels: { a: 'b' } } }),
      ask('metadata: bad labels', { metadata: { labels: { 'a b': 'c d' } } }),
      ask('metadata: namespace', { metadata: { namespace: 'kube-system' } }),
      ask('metadata: uid', { metadata: { uid: 'u' } }),
      ask('metadata: owner', {
        metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'a', uid: 'b' }] },
      }),
      ask('metadata: empty', { metadata: {} }),
      ask('status is not asked for', { status: { allowed: true, authenticated: true } }),
      ask('other kind', { apiVersion: 'v1', kind: 'Pod' }),
      ask('other version', { apiVersion: 'authorization.k8s.io/v9', kind: 'Odd' }),
      ask('spec that is none', { spec: 'text' }),
      ask('unknown field', { odd: 1 }, { path: `${path}?fieldValidation=Strict` }),
      ask('unknown field warned of', { odd: 1 }, { path: `${path}?fieldValidation=Warn` }),
      ask('field manager', {}, { path: `${path}?fieldManager=golden` }),
      ask('field manager too long', {}, { path: `${path}?fieldManager=${'m'.repeat(129)}` }),
      ask('unknown dry run', {}, { path: `${path}?dryRun=Some` }),
      ask('body that is a list', {}, { body: [] }),
      { name: 'list', method: 'GET', path },
      { name: 'get', method: 'GET', path: `${path}/golden` },
      { name: 'update', method: 'PUT', path: `${path}/golden`, body: valid },
      { name: 'patch', method: 'PATCH', path: `${path}/golden`, body: {} },
      { name: 'delete', method: 'DELETE', path: `${path}/golden` },
      { name: 'delete all', method: 'DELETE', path },
      ask('named', {}, { path: `${path}/golden` }),
    ],
  };
}
