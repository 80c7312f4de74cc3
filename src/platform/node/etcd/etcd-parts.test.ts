import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStatusError } from '#api/errors.ts';
import { GrpcError } from '../grpc/grpc-error.ts';
import { asStatus, isEtcdFailure } from './etcd-errors.ts';
import { prefixEnd } from './etcd-wire.ts';
import { OwnWrites } from './own-writes.ts';
import { vouchesForProgress } from './version.ts';

test('vouchesForProgress: versions before and after the fault was mended', () => {
  const table = [
    ['3.4.23', false],
    ['3.4.25', true],
    ['3.4.31', true],
    ['3.5.0', false],
    ['3.5.7', false],
    ['3.5.8', true],
    ['3.6.0-alpha.0', true],
    ['3.6.8', true],
  ] as const;
  for (const [version, expected] of table) assert.equal(vouchesForProgress(version), expected, version);
});

test('prefixEnd: the next prefix; bytes that have no next are carried', () => {
  const table = [
    ['2f61', '2f62'],
    ['61ff', '62'],
    ['ffff', '00'],
    ['', '00'],
  ] as const;
  for (const [prefix, end] of table) assert.equal(prefixEnd(Buffer.from(prefix, 'hex')).toString('hex'), end, prefix);
});

test('OwnWrites: the writer gets its own array back once, others get theirs', () => {
  const own = new OwnWrites();
  const [written, equal, other] = [new Uint8Array([1, 2]), new Uint8Array([1, 2]), new Uint8Array([1, 3])];
  own.wrote('/a', written);
  assert.equal(own.sharedWith('/b', equal), equal);
  assert.equal(own.sharedWith('/a', other), other);
  assert.equal(own.sharedWith('/a', equal), written);
  assert.equal(own.sharedWith('/a', equal), equal);
});

test('asStatus: what etcd says, as codes that clients know', () => {
  const table = [
    [new GrpcError('OutOfRange', 'etcdserver: mvcc: required revision has been compacted'), 410],
    [new GrpcError('ResourceExhausted', 'etcdserver: mvcc: database space exceeded'), 507],
    [new GrpcError('InvalidArgument', 'etcdserver: request is too large'), 413],
    [new GrpcError('ResourceExhausted', 'grpc: received message larger than max (9 vs. 8)'), 413],
    [new GrpcError('DeadlineExceeded', 'Deadline exceeded'), 504],
    [new GrpcError('Unavailable', 'connect ECONNREFUSED', { unsent: true }), 503],
    [new GrpcError('Unavailable', 'the connection broke'), 500],
    [new GrpcError('Canceled', 'Cancelled on client'), 503],
  ] as const;
  for (const [error, code] of table) {
    const status = asStatus(error);
    assert.ok(isStatusError(status) && status.code === code, `${error.message}: ${status.code}`);
  }
  assert.equal(isEtcdFailure(asStatus(table[0][0]), 'compacted'), true, 'still known by its cause');
});
