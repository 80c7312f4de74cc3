/**
 * Running other programs: the tools that a node needs (ip, nft, nsenter, ctr, mount, apt-get).
 *
 * Invariants:
 * 1. No shell is between us and the program: arguments are never parsed again.
 * 2. Output is bounded; a program that says more is killed.
 * 3. A failure carries the command, the exit status and what the program said on standard error.
 */

import { type ChildProcess, spawn } from 'node:child_process';

export interface ExecOptions {
  /** Written to standard input, which is then closed; without it standard input is empty. */
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** The program is killed after this long; 60 s unless told. 0: never. */
  readonly timeoutMs?: number;
  /** Bytes of standard output (and of standard error) at most; 64 MiB unless told. */
  readonly maxBuffer?: number;
}

export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that could not be started, was killed, or ended with a status other than 0. */
export class ExecError extends Error {
  override readonly name = 'ExecError';
  readonly command: string;
  readonly args: readonly string[];
  /** Exit status; 127 when the program was not found, 128 + signal when it was killed, as shells count. */
  readonly code: number;
  readonly stderr: string;

  constructor(command: string, args: readonly string[], code: number, stderr: string, cause?: unknown) {
    const said = stderr.trim().split('\n').slice(-3).join('; ');
    super(`${[command, ...args].join(' ').slice(0, 400)}: ${said || `exit status ${code}`}`, { cause });
    this.command = command;
    this.args = args;
    this.code = code;
    this.stderr = stderr;
  }
}

/** Runs a program to its end and returns its standard output; throws ExecError unless it ends with status 0. */
export async function exec(command: string, args: readonly string[], options: ExecOptions = {}): Promise<string> {
  const result = await tryExec(command, args, options);
  if (result.code !== 0) throw new ExecError(command, args, result.code, result.stderr);
  return result.stdout;
}

/** Like `exec`, but an exit status other than 0 is a result and not an error. */
export function tryExec(command: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const maxBuffer = options.maxBuffer ?? 64 << 20;
    const child = spawn(command, args, {
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      killSignal: 'SIGKILL',
    });
    const timeoutMs = options.timeoutMs ?? 60_000;
    let failure: string | undefined;
    const kill = (why: string) => {
      failure = why;
      child.kill('SIGKILL');
    };
    const timer = timeoutMs > 0 ? setTimeout(() => kill(`no answer after ${timeoutMs} ms`), timeoutMs) : undefined;
    const collect = (stream: NodeJS.ReadableStream | null): (() => string) => {
      const chunks: Buffer[] = [];
      let size = 0;
      stream?.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBuffer) kill(`more than ${maxBuffer} bytes of output`);
        else chunks.push(chunk);
      });
      return () => Buffer.concat(chunks).toString('utf8');
    };
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    child.on('error', (error) => {
      clearTimeout(timer);
      const missing = 'code' in error && error.code === 'ENOENT';
      reject(missing ? new ExecError(command, args, 127, `${command}: not found`, error) : error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (failure !== undefined) reject(new ExecError(command, args, 137, failure));
      else resolve({ code: code ?? 128 + (signal === 'SIGKILL' ? 9 : 15), stdout: stdout(), stderr: stderr() });
    });
    if (child.stdin) {
      // A program may end before it has read its input: EPIPE is no news, the exit status tells.
      child.stdin.on('error', () => {});
      child.stdin.end(options.input);
    }
  });
}

export interface DaemonOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** File descriptor for standard output and standard error. */
  readonly logFd: number;
  /** A fourth descriptor, for example one end of a pipe. */
  readonly extraFd?: number;
}

/** Starts a program in a session of its own, so that it outlives the process that started it. */
export function startDaemon(command: string, args: readonly string[], options: DaemonOptions): ChildProcess {
  return spawn(command, args, {
    detached: true,
    stdio: ['ignore', options.logFd, options.logFd, ...(options.extraFd === undefined ? [] : [options.extraFd])],
    env: options.env ?? process.env,
    cwd: options.cwd ?? '/',
  });
}
