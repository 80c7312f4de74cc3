/**
 * StatusError: every expected failure of the API, with upstream's code, reason and wording (apimachinery api/errors).
 * Made only by the constructors in this file; callers ask `isNotFound(e)`.
 */

import { goQuote } from '#base/go-quote.ts';
import { type FieldError, fieldErrorText } from './field-error.ts';
import type { Status, StatusCause, StatusDetails } from './generated/meta-v1.ts';

/** The resource a message speaks about: 'pods' of '' or 'deployments' of 'apps'. */
export interface ResourceName {
  readonly group: string;
  readonly resource: string;
}

export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly status: Status;

  constructor(status: Status, options?: ErrorOptions) {
    super(status.message ?? status.reason ?? 'unknown', options);
    this.status = status;
  }

  get code(): number {
    return this.status.code ?? 500;
  }

  get reason(): string {
    return this.status.reason ?? '';
  }
}

function failure(code: number, reason: string, message: string, details?: StatusDetails): StatusError {
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details ? { details } : {}),
    code,
  });
}

/** Where upstream answers with an error of Go that is no Status, or has no better name for what its storage says: code 500, and no reason. */
export function newPlainError(message: string, options?: ErrorOptions): StatusError {
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: 500 };
  return new StatusError(status, options);
}

function qualified(name: ResourceName): string {
  return name.group === '' ? name.resource : `${name.resource}.${name.group}`;
}

function objectDetails(name: ResourceName, object: string): StatusDetails {
  return { ...(object ? { name: object } : {}), ...(name.group ? { group: name.group } : {}), kind: name.resource };
}

export function newNotFound(name: ResourceName, object: string): StatusError {
  return failure(404, 'NotFound', `${qualified(name)} ${goQuote(object)} not found`, objectDetails(name, object));
}

/** 400 of a name that no key could hold. */
export function newBadName(name: string, fault: string): StatusError {
  return newBadRequest(`Name parameter invalid: ${goQuote(name)}: ${fault}`);
}

const notFoundWords = 'the server could not find the requested resource';

/** For a path that no route serves. */
export function newPathNotFound(): StatusError {
  return failure(404, 'NotFound', notFoundWords, {});
}

/** For a path that belongs to no API: who asks by HTTP gets a page in plain text. */
export class PageNotFound extends StatusError {
  constructor() {
    super(newPathNotFound().status);
  }
}

/** `beingDeleted`: the one that exists waits for its end. */
export function newAlreadyExists(name: ResourceName, object: string, beingDeleted = false): StatusError {
  const message = `${qualified(name)} "${object}" already exists`;
  const details = objectDetails(name, object);
  return failure(409, 'AlreadyExists', beingDeleted ? `object is being deleted: ${message}` : message, details);
}

/** generateName ran into a taken name several times; the client should try again. */
export function newGenerateNameConflict(
  name: ResourceName,
  object: string,
  retryAfterSeconds: number,
  beingDeleted = false,
): StatusError {
  const message = `${qualified(name)} "${object}" already exists, the server was not able to generate a unique name for the object`;
  const details = { ...objectDetails(name, object), retryAfterSeconds };
  return failure(409, 'AlreadyExists', beingDeleted ? `object is being deleted: ${message}` : message, details);
}

export function newConflict(name: ResourceName, object: string, cause: string): StatusError {
  return failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(name)} "${object}": ${cause}`,
    objectDetails(name, object),
  );
}

/** The cause of a Conflict on a stale resourceVersion. */
export const optimisticLockMessage =
  'the object has been modified; please apply your changes to the latest version and try again';

/** Conflicts of server-side apply, one cause each. */
export function newApplyConflict(causes: readonly StatusCause[], message: string): StatusError {
  return failure(409, 'Conflict', message, { causes });
}

/** Most findings that an answer names, and about how many characters it takes to. Upstream names them all: answers of hundreds of megabytes for bodies of three. */
const maxFindings = 1000;
const maxFindingsLength = 4 * 1024 * 1024;

function named(found: readonly FieldError[]): readonly FieldError[] {
  let length = 0;
  for (const [index, { field, message }] of found.entries()) {
    length += field.length + message.length;
    if (index > 0 && (index === maxFindings || length > maxFindingsLength)) return found.slice(0, index);
  }
  return found;
}

/** 422 of one object; `kind` is the kind's name and group as in 'Deployment.apps "web" is invalid'. */
export function newInvalid(
  kind: { readonly group: string; readonly kind: string },
  object: string,
  found: readonly FieldError[],
): StatusError {
  const errors = named(found);
  const texts = [...new Set(errors.map(fieldErrorText))];
  if (errors !== found) texts.push(`and ${found.length - errors.length} more`);
  const summary = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const subject = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  return failure(422, 'Invalid', `${subject} "${object}" is invalid: ${summary}`, {
    ...(object ? { name: object } : {}),
    ...(kind.group ? { group: kind.group } : {}),
    kind: kind.kind,
    causes: errors.map((error) => ({
      reason: error.type,
      message: error.message,
      field: error.field === '' ? '<nil>' : error.field,
    })),
  });
}

export function newBadRequest(message: string): StatusError {
  return failure(400, 'BadRequest', message);
}

export function newUnauthorized(message = 'Unauthorized'): StatusError {
  return failure(401, 'Unauthorized', message);
}

/** `reason` is the authorizer's or admission plugin's own text. */
export function newForbidden(name: ResourceName, object: string, reason: string): StatusError {
  let message: string;
  if (object === '')
    message = name.resource === '' ? `forbidden: ${reason}` : `${qualified(name)} is forbidden: ${reason}`;
  else message = `${qualified(name)} "${object}" is forbidden: ${reason}`;
  return failure(403, 'Forbidden', message, objectDetails(name, object));
}

/** A Forbidden of an admission policy under the reason that the policy gives. */
export function newDeniedByPolicy(name: ResourceName, object: string, message: string, reason: string): StatusError {
  const { status } = newForbidden(name, object, message);
  const codes: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413 };
  return new StatusError({
    ...status,
    reason,
    code: codes[reason] ?? 422,
    details: { ...status.details, causes: [{ message }] },
  });
}

/** What mutating policies that failed are answered with: the first message, and all as causes; 403 whatever the reason says. */
export function newPolicyFailure(
  name: ResourceName,
  object: string,
  messages: readonly string[],
  reason: string,
): StatusError {
  const { status } = newForbidden(name, object, 'admission request denied by policy');
  return new StatusError({
    ...status,
    message: messages[0] ?? '',
    ...(reason === '' ? {} : { reason }),
    details: { ...status.details, causes: messages.map((message) => ({ message })) },
  });
}

export function newMethodNotAllowed(name: ResourceName, action: string): StatusError {
  return failure(405, 'MethodNotAllowed', `${action} is not supported on resources of kind "${qualified(name)}"`, {
    ...(name.group ? { group: name.group } : {}),
    kind: name.resource,
  });
}

/** 405 of a verb that no route under the path has. */
export function newMethodNotAllowedOnPath(): StatusError {
  return failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

export function newNotAcceptable(accepted: readonly string[]): StatusError {
  return failure(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);
}

/** 406 of a path none of whose media types the client takes. */
export function newNoRepresentation(available: readonly string[]): StatusError {
  const message = `406: Not Acceptable\n\nAvailable representations: ${available.join(', ')}`;
  return failure(406, 'NotAcceptable', message, {});
}

/** 406 of an answer that has not the shape of what was asked for. */
export function newNotConvertible(message: string): StatusError {
  return failure(406, 'NotAcceptable', message);
}

export function newUnsupportedMediaType(accepted: readonly string[]): StatusError {
  return failure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}

/** 415 of a PATCH whose content type is no patch. */
export function newUnsupportedPatchType(): StatusError {
  return failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}

export function newRequestEntityTooLarge(message: string): StatusError {
  return failure(413, 'RequestEntityTooLarge', `Request entity is too large: ${message}`);
}

/** The resourceVersion is too old to watch or page from: the client lists again. */
export function newResourceExpired(message: string): StatusError {
  return failure(410, 'Expired', message);
}

export function newTimeout(message: string, retryAfterSeconds: number): StatusError {
  return failure(504, 'Timeout', `Timeout: ${message}`, retryAfterSeconds ? { retryAfterSeconds } : {});
}

/** A resourceVersion in the future: upstream answers 504 with this cause so that clients try again. */
export function newTooLargeResourceVersion(
  requested: number | string,
  current: number,
  retryAfterSeconds: number,
): StatusError {
  return failure(504, 'Timeout', `Timeout: Too large resource version: ${requested}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds,
  });
}

export function newTooManyRequests(message: string, retryAfterSeconds: number): StatusError {
  return failure(429, 'TooManyRequests', message, retryAfterSeconds > 0 ? { retryAfterSeconds } : {});
}

/** An eviction that a PodDisruptionBudget does not allow now. */
export function newDisruptionBudget(message: string, cause: string, retryAfterSeconds = 0): StatusError {
  return failure(429, 'TooManyRequests', message, {
    causes: [{ reason: 'DisruptionBudget', message: cause }],
    ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
  });
}

export function newServiceUnavailable(message: string): StatusError {
  return failure(503, 'ServiceUnavailable', message);
}

export function newInternalError(message: string, cause?: unknown): StatusError {
  const error = failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
  if (cause !== undefined) error.cause = cause;
  return error;
}

/** 500 of a defect of ours, which is logged and not told: in upstream's words of a panic. */
export function newUnexpectedFailure(): StatusError {
  const message = 'This request caused apiserver to panic. Look in the logs for details.';
  return failure(500, 'InternalError', message);
}

/** 422 without a subject: a JSON patch whose operations do not apply. */
export function newUnprocessable(): StatusError {
  return failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

/** The store cannot take writes: its disk is full. */
export function newInsufficientStorage(message: string): StatusError {
  return failure(507, 'InsufficientStorage', message);
}

/**
 * What clients make of an answer that is no success and no Status object (client-go's NewGenericServerResponse). `name` and the resource
 * are '' where they are not known; `text` is what the server said. `isRelayed`: a server that asked another one answers so, and explains nothing to its client.
 */
export function newGenericServerResponse(
  code: number,
  verb: string,
  resource: ResourceName,
  name: string,
  text: string,
  isRelayed = false,
): StatusError {
  const [reason, words] = genericResponses[code] ?? [
    code >= 500 ? 'InternalError' : '',
    code >= 500
      ? `an error on the server (${JSON.stringify(text)}) has prevented the request from succeeding`
      : `the server responded with the status code ${code} but did not return more information`,
  ];
  const subject = resource.resource === '' ? '' : ` (${verb} ${qualified(resource)}${name === '' ? '' : ` ${name}`})`;
  return failure(code, reason, `${words === '' ? text : words}${subject}`, {
    ...objectDetails(resource, name),
    ...(isRelayed ? {} : { causes: [{ reason: unexpectedResponse, message: text }] }),
  });
}

const unexpectedResponse = 'UnexpectedServerResponse';

/** Reason and words by code; no words where the server's own are told. */
const genericResponses: Readonly<Record<number, readonly [reason: string, words: string]>> = {
  400: ['BadRequest', 'the server rejected our request for an unknown reason'],
  401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
  403: ['Forbidden', ''],
  404: ['NotFound', notFoundWords],
  405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  406: ['NotAcceptable', ''],
  409: ['Conflict', 'the server reported a conflict'],
  415: ['UnsupportedMediaType', ''],
  422: ['Invalid', 'the server rejected our request due to an error in our request'],
  429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: [
    'Timeout',
    'the server was unable to return a response in the time allotted, but may still be processing the request',
  ],
};

/** The server said nothing of its own about this failure: a caller who knows what was asked for can say more. */
export function isUnexplained({ status }: StatusError): boolean {
  const { details, code, message } = status;
  const isPath = code === 404 && message === notFoundWords && details?.kind === undefined;
  return isPath || (details?.causes?.some(({ reason }) => reason === unexpectedResponse) ?? false);
}

/** A failure that came over the wire as a Status object. */
export function fromStatus(status: Status): StatusError {
  return new StatusError(status);
}

export function isStatusError(error: unknown): error is StatusError {
  return error instanceof StatusError;
}

function hasReason(error: unknown, ...reasons: readonly string[]): boolean {
  return error instanceof StatusError && reasons.includes(error.reason);
}

export const isNotFound = (error: unknown): boolean => hasReason(error, 'NotFound');
export const isAlreadyExists = (error: unknown): boolean => hasReason(error, 'AlreadyExists');
export const isConflict = (error: unknown): boolean => hasReason(error, 'Conflict');
export const isInvalid = (error: unknown): boolean => hasReason(error, 'Invalid');
export const isForbidden = (error: unknown): boolean => hasReason(error, 'Forbidden');
/** The watch or continue token must be given up and the list read again. */
export const isExpired = (error: unknown): boolean => hasReason(error, 'Expired', 'Gone');
/** A create failed because its namespace is going away: controllers stop trying. */
export const isNamespaceTerminating = (error: unknown): boolean =>
  error instanceof StatusError &&
  (error.status.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') ?? false);
