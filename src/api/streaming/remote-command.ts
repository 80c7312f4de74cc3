/**
 * Remote commands (exec and attach): which streams there are, how their end is told, and the two ways in which clients and
 * servers speak about them.
 *
 *   kubectl --WebSocket v5--> API server --SPDY v4--> kubelet --SPDY v4--> container runtime
 *   kubectl --SPDY v4-------> API server --(same bytes)--> kubelet --(same bytes)--> container runtime
 *
 * Runtimes know nothing of v5, and only SPDY can close standard input alone: so every WebSocket is translated to SPDY, once,
 * where it arrives. SPDY passes through untouched.
 *
 * Source: k8s.io/apimachinery util/remotecommand, k8s.io/cri-streaming remotecommand, KEP-4006.
 */

import type { Status, StatusCause } from '../generated/meta-v1.ts';
import { type ByteStream, collect, copy, StreamClosedError } from './byte-stream.ts';
import { ChannelSocket } from './channel-socket.ts';
import type { SpdyConnection } from './spdy/connection.ts';
import type { MessageSocket } from './web-socket.ts';

/** Which streams the client asked for. With a terminal there is no standard error of its own. */
export interface RemoteCommandStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** Channel numbers of the WebSocket protocols; the first three are the file descriptors. */
const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const;

/** WebSocket subprotocols that are translated; '' is a client that names none. */
export const remoteCommandWebSocketProtocols = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'channel.k8s.io',
  'base64.channel.k8s.io',
  '',
] as const;

/** SPDY subprotocol that we ask servers for. */
export const remoteCommandSpdyProtocol = 'v4.channel.k8s.io';

/** Bytes of a Status on the error stream at most. */
const maxStatusBytes = 64 * 1024;

/** A container's command ended with this exit code, told as the error stream tells it. */
export function exitCodeStatus(exitCode: number): Status {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: `${exitCode}` }] },
  };
}

export function internalErrorStatus(message: string): Status {
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${message}`,
    reason: 'InternalError',
    code: 500,
  };
}

/** A client's end of a remote command that came by WebSocket. */
export class WebSocketRemoteCommand {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly resize: AsyncIterable<Uint8Array>;
  private readonly socket: ChannelSocket;
  private readonly protocol: string;

  constructor(socket: MessageSocket, protocol: string, streams: RemoteCommandStreams) {
    this.protocol = protocol;
    this.socket = new ChannelSocket(
      socket,
      { codec: protocol.includes('base64') ? 'base64' : 'raw', closes: protocol === 'v5.channel.k8s.io' },
      [...(streams.stdin ? [channels.stdin] : []), ...(streams.tty ? [channels.resize] : [])],
    );
    this.stdin = this.socket.incoming(channels.stdin);
    this.resize = this.socket.incoming(channels.resize);
  }

  /** Of v5 only: clients of older protocols get what the container's side says. */
  get restatesFailures(): boolean {
    return this.protocol === 'v5.channel.k8s.io';
  }

  /** Resolves when the client is gone. */
  get closed(): Promise<void> {
    return this.socket.closed;
  }

  /** An empty message on the first channel that the client reads: the command's streams are there. */
  async announce(streams: RemoteCommandStreams): Promise<void> {
    const first = streams.stdout ? channels.stdout : streams.stderr ? channels.stderr : channels.error;
    await this.socket.write(first, new Uint8Array());
  }

  output(name: 'stdout' | 'stderr'): Pick<ByteStream, 'write'> {
    return { write: (bytes) => this.socket.write(channels[name], bytes) };
  }

  /** Protocols before v4 tell failures only, as plain text. */
  async writeStatus(status: Status): Promise<void> {
    const versioned = this.protocol.startsWith('v4.') || this.protocol.startsWith('v5.');
    if (!versioned && status.status === 'Success') return;
    const text = versioned ? JSON.stringify(status) : (status.message ?? '');
    await this.socket.write(channels.error, new TextEncoder().encode(text));
  }

  async close(): Promise<void> {
    await this.socket.close();
  }
}

/**
 * Carries a remote command between a WebSocket client and a SPDY server until the command has ended and its output and status
 * have been delivered, or the client is gone. Closes both.
 */
export async function translateRemoteCommand(
  client: WebSocketRemoteCommand,
  connect: () => Promise<SpdyConnection>,
  streams: RemoteCommandStreams,
): Promise<void> {
  let server: SpdyConnection | undefined;
  try {
    await client.announce(streams);
    server = await connect();
    const running = run(client, server, streams);
    // The client may be gone before the command has ended; then the server's side is closed, which ends `running` too.
    const gone = client.closed.then(() => undefined);
    const status = await Promise.race([running, gone]);
    running.catch(() => {});
    if (status) await client.writeStatus(client.restatesFailures ? restated(status) : status);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const status = statusOf(error) ?? internalErrorStatus(message);
    await client.writeStatus(status).catch(() => {});
  } finally {
    await server?.close();
    await client.close().catch(() => {});
  }
}

/** A StatusError keeps its Status: the kubelet or runtime refused the command with it. */
function statusOf(error: unknown): Status | undefined {
  return error instanceof Error && 'status' in error && typeof error.status === 'object'
    ? (error.status as Status)
    : undefined;
}

async function run(
  client: WebSocketRemoteCommand,
  server: SpdyConnection,
  streams: RemoteCommandStreams,
): Promise<Status> {
  // Upstream's order; the server starts the command when it has seen as many streams as the query asks for.
  const error = await server.open({ streamtype: 'error' });
  const status = collect(error.incoming, maxStatusBytes);
  await error.end();
  const stdin = streams.stdin ? await server.open({ streamtype: 'stdin' }) : undefined;
  const stdout = streams.stdout ? await server.open({ streamtype: 'stdout' }) : undefined;
  const stderr = streams.stderr && !streams.tty ? await server.open({ streamtype: 'stderr' }) : undefined;
  const resize = streams.tty ? await server.open({ streamtype: 'resize' }) : undefined;

  // Input ends by itself or with the connection; a command that reads no more makes writes fail, which is no failure of ours.
  if (stdin) void forward(client.stdin, stdin);
  if (resize) void forward(client.resize, resize);
  await Promise.all([
    stdout && copy(stdout.incoming, client.output('stdout')),
    stderr && copy(stderr.incoming, client.output('stderr')),
  ]);
  const told = await status;
  if (!told || told.length === 0) throw new StreamClosedError('the connection to the container was lost');
  return decodeStatus(told);
}

async function forward(from: AsyncIterable<Uint8Array>, to: ByteStream): Promise<void> {
  try {
    await copy(from, to);
    await to.end();
  } catch (error) {
    if (!(error instanceof StreamClosedError)) to.destroy(error);
  }
}

/**
 * As kube-apiserver tells a v5 client how a command failed (apimachinery pkg/util/proxy streamtranslator.go): it reads the status as a
 * client of its own would, and tells the error that it then has. So an internal error is named as one twice.
 */
function restated(status: Status): Status {
  if (status.status === 'Success') return status;
  const exitCode = status.reason === 'NonZeroExitCode' && status.details?.causes?.find(isExitCode)?.message;
  if (!exitCode) return internalErrorStatus(status.message ?? '');
  return {
    ...status,
    message: `command terminated with non-zero exit code: command terminated with exit code ${exitCode}`,
  };
}

function isExitCode({ reason }: StatusCause): boolean {
  return reason === 'ExitCode';
}

function decodeStatus(bytes: Uint8Array): Status {
  const text = new TextDecoder().decode(bytes);
  try {
    const status: unknown = JSON.parse(text);
    // Runtimes of Go write a v1.Status; anything else is shown as it is.
    if (typeof status === 'object' && status !== null && 'status' in status) return status as Status;
  } catch {
    // Falls through.
  }
  return internalErrorStatus(text);
}
