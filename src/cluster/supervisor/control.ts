/**
 * The supervisor's control socket: one JSON object a line, both ways, over a Unix socket that only root can open.
 *
 * Processes of the cluster keep a connection (`attach`) as long as they live: it tells the supervisor that they serve (`ready`),
 * and tells them that the supervisor died. Commands ask (`status`, `stop`) or follow (`watch`).
 */

import { connect, createServer, type Server, type Socket } from 'node:net';

export type ControlRequest =
  | { readonly op: 'status' }
  /** The settings changed: what is missing is started. */
  | { readonly op: 'reload' }
  /** Every change of the status is sent, the present one first. */
  | { readonly op: 'watch' }
  | { readonly op: 'stop' }
  | { readonly op: 'attach'; readonly unit: string; readonly pid: number }
  | { readonly op: 'ready' }
  /** The process ends, because what it was told cannot be done. */
  | ({ readonly op: 'refused' } & Refusal);

/** What is wrong, and how to mend it. */
export interface Refusal {
  readonly message: string;
  readonly remedy?: string;
}

export type ControlAnswer =
  | { readonly type: 'status'; readonly status: SupervisorStatus }
  | { readonly type: 'stopped' }
  | { readonly type: 'error'; readonly message: string };

export interface SupervisorStatus {
  readonly cluster: string;
  readonly pid: number;
  readonly units: readonly UnitStatus[];
  /** What keeps the cluster from starting; the supervisor goes on trying. */
  readonly problem?: string;
  /** What the server says it cannot be started with; it is tried again, for a file may be mended. */
  readonly refusal?: Refusal;
}

export interface UnitStatus {
  readonly name: string;
  readonly state: 'stopped' | 'running' | 'waiting';
  /** The process says that it serves. */
  readonly ready: boolean;
  readonly pid?: number;
  readonly restarts: number;
  readonly reason?: string;
}

/** A connection to the supervisor, or of one to it. */
export interface ControlConnection<Out, In> {
  send(message: Out): void;
  readonly messages: AsyncIterable<In>;
  close(): void;
}

export function connectControl(socketPath: string): Promise<ControlConnection<ControlRequest, ControlAnswer>> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(overLines(socket));
    });
  });
}

/** One question, one answer. */
export async function askSupervisor(socketPath: string, request: ControlRequest): Promise<ControlAnswer> {
  const connection = await connectControl(socketPath);
  try {
    connection.send(request);
    for await (const answer of connection.messages) return answer;
    throw new Error('the supervisor ended before it answered');
  } finally {
    connection.close();
  }
}

/** Serves until the server is closed; `serve` is called for every connection. */
export function listenControl(
  socketPath: string,
  serve: (connection: ControlConnection<ControlAnswer, ControlRequest>) => Promise<void>,
): Promise<Server> {
  const server = createServer((socket) => {
    const connection = overLines<ControlAnswer, ControlRequest>(socket);
    serve(connection).then(
      () => connection.close(),
      () => connection.close(),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => resolve(server));
  });
}

function overLines<Out, In>(socket: Socket): ControlConnection<Out, In> {
  socket.setEncoding('utf8');
  // A peer that is gone shows as the end of its lines.
  socket.on('error', () => {});
  return {
    send: (message) => {
      if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
    },
    messages: parseLines<In>(socket),
    close: () => socket.destroy(),
  };
}

/** Both ends are this program, started by root on this machine: a line is trusted to be what it claims. */
async function* parseLines<In>(socket: Socket): AsyncGenerator<In, void, void> {
  let partial = '';
  try {
    for await (const chunk of socket) {
      const lines = (partial + String(chunk)).split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as In;
    }
  } catch (error) {
    // A peer that was killed, and a connection that we closed, end the lines like an end.
    if (!socket.destroyed) throw error;
  }
}
