/** What etcd says when it refuses, as a Status. */

import {
  newInsufficientStorage,
  newPlainError,
  newRequestEntityTooLarge,
  newResourceExpired,
  newServiceUnavailable,
  newTimeout,
  type StatusError,
} from '#api/errors.ts';
import { GrpcError } from '../grpc/grpc-error.ts';

const expiredMessage = 'The provided resource version is too old: its history was compacted.';

/** Words of etcd's errors (api/v3rpc/rpctypes); codes alone do not tell them apart. */
const words = {
  compacted: 'required revision has been compacted',
  future: 'required revision is a future revision',
  full: 'database space exceeded',
  tooLarge: 'request is too large',
  noLease: 'requested lease not found',
} as const;

export type EtcdFailure = keyof typeof words;

export function isEtcdFailure(error: unknown, failure: EtcdFailure): boolean {
  const cause = error instanceof Error && error.cause instanceof GrpcError ? error.cause : error;
  return cause instanceof GrpcError && cause.message.includes(words[failure]);
}

export function asStatus(error: GrpcError): StatusError {
  const status = statusOf(error);
  status.cause = error;
  return status;
}

function statusOf(error: GrpcError): StatusError {
  if (isEtcdFailure(error, 'compacted')) return newResourceExpired(expiredMessage);
  if (isEtcdFailure(error, 'full')) {
    return newInsufficientStorage(
      `${error.message}; delete objects, compact and defragment etcd, then disarm its alarm`,
    );
  }
  if (isEtcdFailure(error, 'tooLarge')) return newRequestEntityTooLarge(error.message);
  switch (error.code) {
    case 'Canceled':
      return newServiceUnavailable('the store is closed');
    case 'DeadlineExceeded':
      return newTimeout('etcd did not answer in time', 1);
    case 'Unavailable':
      if (error.unsent) return newServiceUnavailable(`etcd cannot be reached: ${error.message}`);
      break;
    case 'ResourceExhausted':
      if (/larger than max|message of \d+ bytes/.test(error.message)) return newRequestEntityTooLarge(error.message);
      break;
  }
  return newPlainError(`rpc error: code = ${error.code} desc = ${error.message}`);
}
