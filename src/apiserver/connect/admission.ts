/**
 * Admission of connections: operation CONNECT, with the request's query as an options object (PodExecOptions ...), so that
 * policies can say who may attach to what. Reading a log is no connection, as upstream has it.
 */

import { newBadRequest } from '#api/errors.ts';
import { mutableCopy } from '#base/edit.ts';
import type { RequestContext } from '../context.ts';
import { admissionContext } from '../verbs/write.ts';
import { connectOptions } from './options.ts';
import { proxiedPath } from './proxied-path.ts';

export async function admitConnection(context: RequestContext): Promise<void> {
  const { server, info, request, resource } = context;
  if (request.query.has('dryRun')) throw newBadRequest('dryRun is not supported');
  const declared = resource.definition.subresources.find(({ name }) => name === info.subresource)?.kind;
  const kind = declared ?? { group: '', version: 'v1', kind: resource.definition.kind };
  const options = {
    apiVersion: 'v1',
    kind: kind.kind,
    ...connectOptions(info.subresource, request.query, proxiedPath(info).asked),
  };
  const object = mutableCopy(options);
  const admission = admissionContext(context, 'CONNECT', { object, oldObject: undefined, dryRun: false, kind });
  await server.admission.admit(admission);
  await server.admission.validate(admission);
}
