/**
 * AuditSink into a file: one event a line, written before the request goes on, so that what was answered is on record even if the server is
 * killed (upstream's mode "blocking"). A file that grows past its bound is kept under a name with the time, and the oldest of those are removed.
 */

import { closeSync, fstatSync, openSync, readdirSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { AuditSink } from '#apiserver/audit/audit.ts';
import { auditSinkFailure } from '#apiserver/audit/audit.ts';
import type { Env } from '#base/env.ts';

export interface AuditLogOptions {
  /** '-' is standard output. */
  readonly path: string;
  /** Size at which a new file is begun, in megabytes; 0: 100, as upstream's library does. */
  readonly maxSizeMegabytes: number;
  /** How many old files are kept; 0: all. */
  readonly maxBackups: number;
  /** Days after which an old file is removed; 0: never. */
  readonly maxAgeDays: number;
}

const megabyte = 1 << 20;
const defaultMegabytes = 100;
const dayMs = 86_400_000;

/** Throws when the file cannot be opened. */
export function createAuditLog(env: Env, options: AuditLogOptions): AuditSink {
  return new AuditLog(env, options);
}

class AuditLog implements AuditSink {
  readonly name = 'log';
  private readonly env: Env;
  private readonly options: AuditLogOptions;
  private readonly bound: number;
  private file: number;
  private size: number;
  private closed = false;

  constructor(env: Env, options: AuditLogOptions) {
    this.env = env;
    this.options = options;
    this.bound = (options.maxSizeMegabytes || defaultMegabytes) * megabyte;
    this.file = this.open();
    this.size = this.options.path === '-' ? 0 : fstatSync(this.file).size;
  }

  write(event: string): void {
    // The number of a closed file may be another file's by now.
    if (this.closed) {
      auditSinkFailure(this.env, this.name, 1, new Error('the log is closed'));
      return;
    }
    try {
      const bytes = Buffer.from(`${event}\n`);
      if (this.options.path !== '-' && this.size > 0 && this.size + bytes.length > this.bound) this.rotate();
      for (let done = 0; done < bytes.length; ) done += writeSync(this.file, bytes, done);
      this.size += bytes.length;
    } catch (error) {
      auditSinkFailure(this.env, this.name, 1, error);
    }
  }

  close(): Promise<void> {
    if (this.closed) return Promise.resolve();
    this.closed = true;
    if (this.options.path !== '-') closeSync(this.file);
    return Promise.resolve();
  }

  private open(): number {
    return this.options.path === '-' ? 1 : openSync(this.options.path, 'a', 0o600);
  }

  private rotate(): void {
    const { path, maxBackups, maxAgeDays } = this.options;
    const extension = extname(path);
    const stem = basename(path, extension);
    const folder = dirname(path);
    const now = this.env.clock.now();
    const time = new Date(now).toISOString().slice(0, -1).replaceAll(':', '-');
    renameSync(path, join(folder, `${stem}-${time}${extension}`));
    const fresh = this.open();
    closeSync(this.file);
    this.file = fresh;
    this.size = 0;
    const old = readdirSync(folder).flatMap((name) => {
      const stamp = backupTime(name, stem, extension);
      return stamp === undefined ? [] : [{ name, stamp }];
    });
    old.sort((a, b) => b.stamp - a.stamp);
    for (const [index, { name, stamp }] of old.entries()) {
      const tooMany = maxBackups > 0 && index >= maxBackups;
      const tooOld = maxAgeDays > 0 && now - stamp > maxAgeDays * dayMs;
      if (tooMany || tooOld) unlinkSync(join(folder, name));
    }
  }
}

/** The time in the name of an old file, or undefined for a file that is none. */
function backupTime(name: string, stem: string, extension: string): number | undefined {
  if (!name.startsWith(`${stem}-`) || !name.endsWith(extension)) return undefined;
  const text = name.slice(stem.length + 1, name.length - extension.length);
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})$/.exec(text);
  if (!match) return undefined;
  const [, day, hours, minutes, seconds] = match;
  return Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
}
