/**
 * serviceaccounts/token of a simulated cluster: tokens that nobody verifies. Real ones are signed by WebCrypto, which works on a
 * thread pool, and would make the order of events depend on the machine.
 */

import { newBadRequest } from '#api/errors.ts';
import type { TokenRequest } from '#api/generated/authentication-v1.ts';
import type { KubeObject } from '#api/object.ts';
import { formatTime } from '#api/time.ts';
import type { Action } from '#apiserver/actions/action.ts';
import { PlainObject } from '#apiserver/cache/cached-object.ts';
import { parseWriteOptions } from '#apiserver/request/write-options.ts';
import { decodeObject } from '#apiserver/verbs/write.ts';

const defaultSeconds = 3600;

export const simulatedToken: Action = async (context) => {
  const { info, server } = context;
  const apiVersion = 'authentication.k8s.io/v1';
  const codec = server.registry.codecOf('authentication.k8s.io', 'v1', 'TokenRequest');
  if (!codec) throw newBadRequest('TokenRequest is not known here');
  const options = parseWriteOptions(context.request, 'CreateOptions');
  const draft = decodeObject(context, codec, { apiVersion, kind: 'TokenRequest' }, options);
  const { spec } = draft as unknown as TokenRequest;
  const seconds = spec?.expirationSeconds ?? defaultSeconds;
  const nowMs = server.env.clock.now();
  const answer = {
    ...draft,
    status: {
      token: `simulated.${info.namespace}.${info.name}.${nowMs}`,
      expirationTimestamp: formatTime(nowMs + seconds * 1000),
    },
  } as KubeObject;
  const body = new PlainObject(answer, (object) => codec.encodeJson(object), codec.encodeProtobuf);
  return { type: 'object', status: 201, body };
};
