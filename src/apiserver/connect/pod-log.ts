/** pods/log: the kubelet's text as an HTTP body, or as messages of a WebSocket (apimachinery wsstream.Reader). */

import {
  newBadRequest,
  newGenericServerResponse,
  newInternalError,
  newInvalid,
  type StatusError,
} from '#api/errors.ts';
import type { ApiRequest, ApiResponse } from '#api/request.ts';
import { type Backend, type BackendResponse, unreachableBackend } from '#api/streaming/backend.ts';
import { collect } from '#api/streaming/byte-stream.ts';
import { isTrue, parseLogOptions } from '#api/streaming/log-options.ts';
import { unsupportedProtocol } from '#api/streaming/remote-command-proxy.ts';
import { chooseProtocol, isWebSocketRequest } from '#api/streaming/web-socket.ts';
import type { ConnectHandler, ConnectOptions } from './context.ts';
import { chooseContainer, kubeletAddress, kubeletUrl } from './location.ts';

/** Bytes of a kubelet's error that are read for its message. */
const maxErrorBytes = 50_000;

export function podLogHandler(options: ConnectOptions): ConnectHandler {
  return async ({ request, info, lookup }) => {
    const { query } = request;
    const parsed = parseLogOptions(query);
    if (!parsed) throw newBadRequest('unable to decode PodLogOptions');
    if (parsed.errors.length > 0) throw newInvalid({ group: '', kind: 'PodLogOptions' }, info.name, parsed.errors);
    const pod = await lookup.pod(info.namespace, info.name);
    const container = chooseContainer(pod, info.name, query.get('container') ?? '');
    // Not scheduled yet: no log and no error.
    if (!pod.spec?.nodeName) return { type: 'bytes', status: 204, contentType: 'text/plain', body: new Uint8Array() };
    const parameters = new URLSearchParams();
    for (const name of ['follow', 'previous', 'timestamps']) if (isTrue(query.get(name))) parameters.set(name, 'true');
    for (const name of ['sinceSeconds', 'sinceTime', 'tailLines', 'limitBytes']) {
      const value = query.get(name);
      if (value) parameters.set(name, value);
    }
    parameters.set('stream', parsed.options.stream);
    const address = await kubeletAddress(options, lookup, pod.spec.nodeName);
    const url = kubeletUrl(address, ['', 'containerLogs', info.namespace, info.name, container], parameters);
    const backend = isTrue(query.get('insecureSkipTLSVerifyBackend')) ? options.insecureKubelet : options.kubelet;
    const answer = await fetchLog(backend, url, request.signal);
    if (answer.status < 200 || answer.status > 206) throw await logError(answer, info.name);
    if (isWebSocketRequest(request.headers)) return logMessages(request, answer, options);
    return { type: 'bytes', status: 200, contentType: 'text/plain', body: answer.body };
  };
}

async function fetchLog(backend: Backend, url: URL, signal: AbortSignal): Promise<BackendResponse> {
  try {
    return await backend.request({ method: 'GET', url, headers: {}, signal });
  } catch (error) {
    throw unreachableBackend(error, `Get ${JSON.stringify(url.href)}`);
  }
}

/** Upstream's GenericHttpResponseChecker. */
async function logError(answer: BackendResponse, name: string): Promise<StatusError> {
  const text = new TextDecoder().decode((await collect(answer.body, maxErrorBytes)) ?? new Uint8Array());
  if (answer.status === 400) return newBadRequest(text);
  if (answer.status === 500) return newInternalError(text);
  return newGenericServerResponse(answer.status, '', { group: '', resource: 'pods/log' }, name, text, true);
}

const logProtocols = ['', 'binary.k8s.io', 'base64.binary.k8s.io'];

function logMessages(request: ApiRequest, answer: BackendResponse, options: ConnectOptions): ApiResponse {
  const protocol = chooseProtocol(request.headers, logProtocols);
  if (protocol === undefined) return unsupportedProtocol(request);
  const encode = (bytes: Uint8Array): Uint8Array | string =>
    protocol.startsWith('base64') ? btoa(String.fromCharCode(...bytes)) : bytes;
  return {
    type: 'upgrade',
    upgrade: async (connection) => {
      const socket = await options.streaming.webSockets.accept(connection, request.headers, protocol || undefined);
      const gone = (async () => {
        // The client has nothing to say; this is how its leaving is noticed.
        for await (const _ of socket.messages);
      })();
      const sent = (async () => {
        await socket.send(encode(new Uint8Array()));
        for await (const chunk of answer.body) {
          for (let at = 0; at < chunk.length; at += messageBytes)
            await socket.send(encode(chunk.subarray(at, at + messageBytes)));
        }
      })();
      try {
        await Promise.race([sent, gone]);
      } finally {
        sent.catch(() => {});
        gone.catch(() => {});
        await socket.close(1000);
      }
    },
  };
}

/** Upstream's reader sends 2 KiB at a time; readers of whole messages want them small enough. */
const messageBytes = 16 * 1024;
