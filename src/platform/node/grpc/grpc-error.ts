/** How a gRPC call fails: the status codes of the protocol by name, the server's own words. */

/** By number, as the status says them; 0 is success. */
const grpcCodes = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
] as const;

export type GrpcCode = Exclude<(typeof grpcCodes)[number], 'OK'>;

export class GrpcError extends Error {
  override readonly name = 'GrpcError';
  readonly code: GrpcCode;
  /** The call never left: there was no connection. It may be made again without being made twice. */
  readonly unsent: boolean;

  constructor(code: GrpcCode, message: string, options: ErrorOptions & { readonly unsent?: boolean } = {}) {
    super(message, options);
    this.code = code;
    this.unsent = options.unsent ?? false;
  }
}

export function codeOfNumber(number: number): GrpcCode {
  const code = grpcCodes[number];
  return code === undefined || code === 'OK' ? 'Unknown' : code;
}
