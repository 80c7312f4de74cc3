import assert from 'node:assert/strict';
import { test } from 'node:test';
import { customResourceOffer, negotiate, type Offer, objectOffer, statusOffer } from './accept.ts';

test('negotiate takes the first that the server has, by quality', () => {
  const table: Record<string, string> = {
    '': 'json',
    '*/*': 'json',
    'application/json': 'json',
    'application/yaml': 'yaml',
    'text/html': 'refused',
    'text/html,application/json;q=0.5': 'json',
    'application/json;q=0.5,application/vnd.kubernetes.protobuf': 'protobuf',
    'application/vnd.kubernetes.protobuf,application/json': 'protobuf',
    'application/cbor,application/json': 'json',
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json': 'json as Table v1',
    'application/json;as=Nothing;v=v1;g=meta.k8s.io,application/json': 'json',
    'application/json;as=Table;v=v9;g=meta.k8s.io': 'refused',
    'application/json;stream=watch': 'json',
    'application/json;q=0': 'json',
    'text/html;q=1,*/*;q=0': 'json',
    'application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io': 'refused',
    'application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/yaml': 'yaml',
  };
  for (const [accept, expected] of Object.entries(table)) assert.equal(chosen(accept, objectOffer), expected, accept);
});

test('negotiate offers no protobuf of custom resources but of their metadata', () => {
  const protobuf = 'application/vnd.kubernetes.protobuf';
  const metadata = `${protobuf};as=PartialObjectMetadata;v=v1;g=meta.k8s.io`;
  assert.equal(chosen(protobuf, customResourceOffer), 'refused');
  assert.equal(chosen(`${protobuf}, application/json`, customResourceOffer), 'json');
  assert.equal(chosen(metadata, customResourceOffer), 'protobuf as PartialObjectMetadata v1');
});

test('negotiate shows a Status as no other kind', () => {
  const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  assert.equal(chosen(table, statusOffer), 'refused');
  assert.equal(chosen(`${table},application/vnd.kubernetes.protobuf`, statusOffer), 'protobuf');
});

function chosen(accept: string, offer: Offer): string {
  const result = negotiate(accept, offer);
  const as = result?.as ? ` as ${result.as.kind} ${result.as.version}` : '';
  return result ? result.encoding + as : 'refused';
}
