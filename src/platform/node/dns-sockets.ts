/** Sockets of cluster DNS: the listener that pods reach, and the forwarder to the machine's own name servers. */

import { randomInt } from 'node:crypto';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { connect, createServer, isIPv6, type Socket } from 'node:net';
import type { DnsListener } from '#dns/dns.ts';

/** TCP clients that send nothing for so long are closed; queries of one connection that may wait. */
const idleMs = 10_000;
const largestMessage = 65_535;

/** Bytes of answers that a TCP client has not taken. */
const largestBacklog = 256 * 1024;
const forwardTimeoutMs = 2_000;

/** Listens for UDP and TCP on one address and port. */
export function createDnsListener(address: string, port: number): DnsListener {
  return {
    async listen(answer, signal) {
      const udp = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', reuseAddr: true, recvBufferSize: 1 << 20 });
      // What cannot be sent is lost, as it may be by UDP.
      udp.on('error', () => {});
      udp.on('message', (message, peer) => {
        // From port 0 nobody can be answered.
        if (peer.port === 0) return;
        const send = (reply: Uint8Array | undefined): void => {
          if (reply && !signal.aborted) udp.send(reply, peer.port, peer.address, () => {});
        };
        answer(message, 'udp').then(send, () => {});
      });
      const sockets = new Set<Socket>();
      const tcp = createServer((socket) => {
        sockets.add(socket);
        socket.setTimeout(idleMs, () => socket.destroy());
        socket.on('error', () => socket.destroy());
        socket.on('close', () => sockets.delete(socket));
        onFramedMessages(socket, (message) => {
          const send = (reply: Uint8Array | undefined): void => {
            if (!reply || socket.destroyed) return;
            // A peer that only asks and never reads is not kept answers for.
            if (socket.writableLength > largestBacklog) socket.destroy();
            else socket.write(framed(reply));
          };
          answer(message, 'tcp').then(send, () => socket.destroy());
        });
      });
      await Promise.all([
        new Promise<void>((resolve, reject) => {
          udp.once('error', reject);
          udp.bind(port, address, resolve);
        }),
        new Promise<void>((resolve, reject) => {
          tcp.once('error', reject);
          tcp.listen(port, address, resolve);
        }),
      ]);
      const closed = new Promise<void>((resolve) => {
        const close = () => {
          udp.close();
          for (const socket of sockets) socket.destroy();
          tcp.close(() => resolve());
        };
        if (signal.aborted) close();
        else signal.addEventListener('abort', close, { once: true });
      });
      return { closed };
    },
  };
}

/** Name servers of a resolv.conf, without those that would lead back to us. */
export async function nameServers(path: string, ownAddresses: readonly string[]): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)]
    .map((match) => match[1] ?? '')
    .filter((server) => !ownAddresses.includes(server));
}

/** Asks the servers in turn until one answers: over UDP, again over TCP when the answer was truncated. */
export function createForwarder(servers: () => Promise<readonly string[]>) {
  return async (query: Uint8Array, signal: AbortSignal): Promise<Uint8Array> => {
    let failure: unknown = new Error('no name server outside the cluster is known');
    for (const server of await servers()) {
      try {
        const reply = await askOverUdp(server, query, signal);
        const truncated = ((reply[2] ?? 0) & 0x02) !== 0;
        return truncated ? await askOverTcp(server, query) : reply;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  };
}

/** A fresh random port and ID for every question: an answer has to know both. */
async function askOverUdp(server: string, query: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  const socket: UdpSocket = createSocket(isIPv6(server) ? 'udp6' : 'udp4');
  const id = randomInt(65_536);
  const question = Buffer.from(query);
  const ownId = question.readUInt16BE(0);
  question.writeUInt16BE(id, 0);
  let onAbort = (): void => {};
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${server}: no answer`)), forwardTimeoutMs);
      const settle = (act: () => void) => {
        clearTimeout(timer);
        act();
      };
      onAbort = () => settle(() => reject(new Error('aborted')));
      signal.addEventListener('abort', onAbort, { once: true });
      socket.on('error', (error) => settle(() => reject(error)));
      socket.on('message', (reply) => {
        if (reply.length < 12 || reply.readUInt16BE(0) !== id) return;
        reply.writeUInt16BE(ownId, 0);
        settle(() => resolve(reply));
      });
      socket.connect(53, server, () => socket.send(question));
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.close();
  }
}

function askOverTcp(server: string, query: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server, port: 53, timeout: forwardTimeoutMs });
    socket.on('timeout', () => socket.destroy(new Error(`${server}: no answer`)));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`${server}: closed without an answer`)));
    onFramedMessages(socket, (reply) => {
      resolve(reply);
      socket.destroy();
    });
    socket.write(framed(query));
  });
}

/** RFC 1035 4.2.2: two bytes of length before every message. */
function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(2 + message.length);
  frame.writeUInt16BE(message.length, 0);
  frame.set(message, 2);
  return frame;
}

function onFramedMessages(socket: Socket, onMessage: (message: Uint8Array) => void): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= 2) {
      const length = pending.readUInt16BE(0);
      if (pending.length < 2 + length) break;
      onMessage(pending.subarray(2, 2 + length));
      pending = pending.subarray(2 + length);
    }
    if (pending.length > largestMessage + 2) socket.destroy();
  });
}
