import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LogFile, LogFiles } from './log-files.ts';
import { parseLogLine, timestampPrefix } from './log-line.ts';
import { type ContainerLife, type LogRequest, readLog } from './log-reader.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array) => new TextDecoder().decode(value);
const path = '/var/log/pods/ns_pod_uid/c/0.log';

describe('parseLogLine', () => {
  const cases: Record<string, readonly [line: string, expected: unknown]> = {
    'a full line': [
      '2026-11-21T09:29:08.1Z stdout F hello world\n',
      ['2026-11-21T09:29:08.1Z', 'Stdout', 'hello world\n', false],
    ],
    'an empty line': ['2026-11-21T09:29:08.1Z stderr F \n', ['2026-11-21T09:29:08.1Z', 'Stderr', '\n', false]],
    'a partial line without its newline': [
      '2026-11-21T09:29:08.1Z stdout P a\n',
      ['2026-11-21T09:29:08.1Z', 'Stdout', 'a', true],
    ],
    'more tags behind the first': [
      '2026-11-21T09:29:08.1Z stdout P:x a\n',
      ['2026-11-21T09:29:08.1Z', 'Stdout', 'a', true],
    ],
    'a zone': ['2026-11-21T11:29:08.1+02:00 stdout F a\n', ['2026-11-21T11:29:08.1+02:00', 'Stdout', 'a\n', false]],
    'another stream': ['2026-11-21T09:29:08.1Z stdlog F a\n', undefined],
    'no tag': ['2026-11-21T09:29:08.1Z stdout\n', undefined],
    'no time': ['hello world and more words\n', undefined],
    nothing: ['', undefined],
  };
  for (const [name, [line, expected]] of Object.entries(cases)) {
    it(`reads ${name}`, () => {
      const found = parseLogLine(bytes(line));
      assert.deepEqual(found && [text(found.timestamp), found.stream, text(found.text), found.partial], expected);
    });
  }

  it('shows nine digits of fraction', () => {
    const shown = (timestamp: string) => text(timestampPrefix(bytes(timestamp)));
    assert.equal(shown('2026-11-21T09:29:08.12Z'), '2026-11-21T09:29:08.120000000Z ');
    assert.equal(shown('2026-11-21T09:29:08Z'), '2026-11-21T09:29:08.000000000Z ');
    assert.equal(shown('2026-11-21T11:29:08.123456789+02:00'), '2026-11-21T11:29:08.123456789+02:00 ');
  });
});

describe('readLog', () => {
  const log =
    '2026-11-21T09:00:01.1Z stdout F one\n' +
    '2026-11-21T09:00:02.1Z stderr F two\n' +
    '2026-11-21T09:00:03.1Z stdout P thr\n' +
    '2026-11-21T09:00:03.2Z stdout F ee\n' +
    'not a log line\n' +
    '2026-11-21T09:00:04.1Z stdout F four\n';

  const cases: Record<string, readonly [options: Partial<LogRequest>, expected: string]> = {
    everything: [{}, 'one\ntwo\nthree\nfour\n'],
    'one stream': [{ stream: 'Stderr' }, 'two\n'],
    'the last line': [{ tailLines: 1 }, 'four\n'],
    'no line': [{ tailLines: 0 }, ''],
    'more lines than there are': [{ tailLines: 100 }, 'one\ntwo\nthree\nfour\n'],
    'since a time': [{ sinceMs: Date.parse('2026-11-21T09:00:02.1Z') }, 'two\nthree\nfour\n'],
    'some bytes': [{ limitBytes: 6 }, 'one\ntw'],
    'timestamps, once for a line in two parts': [
      { timestamps: true, sinceMs: Date.parse('2026-11-21T09:00:03Z') },
      '2026-11-21T09:00:03.100000000Z three\n2026-11-21T09:00:04.100000000Z four\n',
    ],
  };
  for (const [name, [options, expected]] of Object.entries(cases)) {
    it(`gives ${name}`, async () => {
      const files = new MemoryFiles();
      files.write(log);
      assert.equal(await all(files, options), expected);
    });
  }

  it('gives an unfinished last line', async () => {
    const files = new MemoryFiles();
    files.write('2026-11-21T09:00:01.1Z stdout F one\n2026-11-21T09:00:02.1Z stdout F tw');
    assert.equal(await all(files, {}), 'one\ntw');
  });

  it('finds the tail of a log of many blocks, with lines across their borders', async () => {
    const files = new MemoryFiles();
    const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i} ${'x'.repeat(i % 50)}`);
    files.write(lines.map((line) => `2026-11-21T09:00:01.1Z stdout F ${line}\n`).join(''));
    assert.equal(
      await all(files, { tailLines: 5000 }),
      lines
        .slice(-5000)
        .map((line) => `${line}\n`)
        .join(''),
    );
    assert.equal(await all(files, {}), lines.map((line) => `${line}\n`).join(''));
  });

  it('leaves out a line without end and goes on behind it', async () => {
    const files = new MemoryFiles();
    files.write(`2026-11-21T09:00:01.1Z stdout F ${'x'.repeat(3 << 20)}\n2026-11-21T09:00:02.1Z stdout F two\n`);
    assert.equal(await all(files, {}), 'two\n');
  });

  it('says that there is no log', async () => {
    await assert.rejects(all(new MemoryFiles(), {}), /failed to open log file/);
  });

  it('follows what is written, across rotation, until the container ends', async () => {
    const files = new MemoryFiles();
    const life = new Life();
    files.write('2026-11-21T09:00:01.1Z stdout F one\n');
    const reading = take(
      readLog(files, { path, stream: 'All', timestamps: false, follow: life }, new AbortController().signal),
    );
    assert.equal(await reading.next(), 'one\n');
    files.write('2026-11-21T09:00:02.1Z stdout F two\n');
    assert.equal(await reading.next(), 'two\n');
    files.rotate();
    // The runtime writes to the renamed file until it reopens.
    files.old?.append('2026-11-21T09:00:03.1Z stdout F three\n');
    files.change();
    assert.equal(await reading.next(), 'three\n');
    files.old?.append('2026-11-21T09:00:04.1Z stdout F four\n');
    files.write('2026-11-21T09:00:05.1Z stdout F five\n');
    assert.equal(await reading.next(), 'four\n');
    assert.equal(await reading.next(), 'five\n');
    files.write('2026-11-21T09:00:06.1Z stdout F last words\n', false);
    life.end();
    assert.equal(await reading.next(), 'last words\n');
    assert.equal(await reading.next(), undefined);
    assert.deepEqual(files.open_, []);
  });

  it('stops following when nobody listens any more', async () => {
    const files = new MemoryFiles();
    files.write('2026-11-21T09:00:01.1Z stdout F one\n');
    const controller = new AbortController();
    const reading = take(
      readLog(files, { path, stream: 'All', timestamps: false, follow: new Life() }, controller.signal),
    );
    await reading.next();
    controller.abort();
    assert.equal(await reading.next(), undefined);
    assert.deepEqual(files.open_, []);
  });
});

async function all(files: LogFiles, options: Partial<LogRequest>): Promise<string> {
  let out = '';
  const request: LogRequest = { path, stream: 'All', timestamps: false, ...options };
  for await (const chunk of readLog(files, request, new AbortController().signal)) out += text(chunk);
  return out;
}

function take(log: AsyncGenerator<Uint8Array, void, void>) {
  return {
    next: async () => {
      const { value } = await log.next();
      return value ? text(value) : undefined;
    },
  };
}

class Life implements ContainerLife {
  private running = true;
  private readonly finished = Promise.withResolvers<void>();
  end(): void {
    this.running = false;
    this.finished.resolve();
  }
  isRunning = async () => this.running;
  ended = (signal: AbortSignal) =>
    Promise.race([
      this.finished.promise,
      new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
    ]);
}

class MemoryFile {
  content = new Uint8Array();
  readonly identity: string;
  constructor(identity: string) {
    this.identity = identity;
  }
  append(more: string): void {
    this.content = Uint8Array.from([...this.content, ...bytes(more)]);
  }
}

class MemoryFiles implements LogFiles {
  current: MemoryFile | undefined;
  old: MemoryFile | undefined;
  readonly open_: string[] = [];
  private made = 0;
  private onChange: (() => void) | undefined;

  write(more: string, told = true): void {
    this.current ??= new MemoryFile(`${this.made++}`);
    const joined = new Uint8Array(this.current.content.length + bytes(more).length);
    joined.set(this.current.content);
    joined.set(bytes(more), this.current.content.length);
    this.current.content = joined;
    if (told) this.change();
  }
  rotate(): void {
    this.old = this.current;
    this.current = undefined;
    this.change();
  }
  change(): void {
    this.onChange?.();
  }
  async open(): Promise<LogFile | undefined> {
    const file = this.current;
    if (!file) return undefined;
    this.open_.push(file.identity);
    return {
      identity: file.identity,
      size: async () => file.content.length,
      read: async (offset, length) => file.content.slice(offset, offset + length),
      close: async () => {
        this.open_.splice(this.open_.indexOf(file.identity), 1);
      },
    };
  }
  watch(_path: string, onChange: () => void): () => void {
    this.onChange = onChange;
    return () => {
      this.onChange = undefined;
    };
  }
}
