/**
 * A real browser for tests: Debian's chromium, unpacked once into the cache (some 700 MB, no package is installed), run headless
 * in a mount namespace of its own, and driven by the DevTools protocol.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';
import { downloadPackages, finishRoot, packageClosure, unpackPackages } from '#cluster/images/debian.ts';
import { cacheRoot } from '#cluster/machine/layout.ts';
import { exec } from '#platform/node/exec.ts';

export async function chromiumRoot(): Promise<string> {
  const root = join(cacheRoot(), 'chromium');
  if (existsSync(join(root, 'complete'))) return root;
  const draft = `${root}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  try {
    const packages = await packageClosure(['chromium', 'fonts-dejavu-core', 'fontconfig-config', 'dash', 'coreutils']);
    await unpackPackages(await downloadPackages(packages, join(cacheRoot(), 'debs')), draft);
    await finishRoot(draft);
    writeFileSync(join(draft, 'complete'), '');
    rmSync(root, { recursive: true, force: true });
    renameSync(draft, root);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return root;
}

/** One tab of a browser of its own. */
export class Browser {
  private readonly process: ChildProcess;
  private readonly socket: WebSocket;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private nextId = 1;

  private constructor(process: ChildProcess, socket: WebSocket) {
    this.process = process;
    this.socket = socket;
    socket.on('message', (data: Buffer) => {
      const answer = JSON.parse(data.toString()) as Answer;
      if (answer.id !== undefined) this.waiting.get(answer.id)?.(answer);
    });
  }

  static async start(): Promise<Browser> {
    const root = await chromiumRoot();
    const flags = [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--remote-debugging-port=0',
      '--user-data-dir=/tmp/profile',
      '--window-size=1000,800',
      'about:blank',
    ];
    const script =
      'mount -t proc proc "$1/proc"; mount --bind /dev "$1/dev"; mount -t tmpfs tmpfs "$1/tmp"; root=$1; shift; exec chroot "$root" /usr/lib/chromium/chromium "$@"';
    const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', root, ...flags], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const endpoint = await listeningAddress(child);
    const { port } = new URL(endpoint);
    const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as {
      type: string;
      webSocketDebuggerUrl: string;
    }[];
    const page = targets.find(({ type }) => type === 'page');
    if (!page) throw new Error('chromium has no page');
    const socket = new WebSocket(page.webSocketDebuggerUrl);
    await once(socket, 'open');
    const browser = new Browser(child, socket);
    await browser.call('Page.enable');
    return browser;
  }

  async open(url: string): Promise<void> {
    const { errorText } = await this.call('Page.navigate', { url });
    if (errorText) throw new Error(`${url}: ${errorText}`);
    await this.until('document.readyState === "complete"');
  }

  /** Types into the element that is focused, as a keyboard would. */
  async type(text: string): Promise<void> {
    await this.call('Input.insertText', { text });
  }

  async press(key: 'Enter'): Promise<void> {
    for (const type of ['keyDown', 'keyUp']) {
      await this.call('Input.dispatchKeyEvent', { type, key, code: key, windowsVirtualKeyCode: 13, text: '\r' });
    }
  }

  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    return (result as { value?: unknown }).value;
  }

  /** Waits until an expression is true in the page; its end is told by the page, not by a clock here. */
  async until(expression: string, timeoutMs = 15_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      const found = await this.evaluate(`new Promise((resolve) => {
        const look = () => { if (${expression}) resolve(true); };
        look();
        new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
        document.addEventListener('readystatechange', look);
        setTimeout(() => resolve(false), 1000);
      })`).catch(() => false);
      if (found === true) return;
    }
    throw new Error(
      `not within ${timeoutMs} ms: ${expression}; the page says: ${await this.evaluate('document.body.innerText')}`,
    );
  }

  async screenshot(): Promise<Uint8Array> {
    const { data } = await this.call('Page.captureScreenshot', { format: 'png' });
    return Buffer.from(String(data), 'base64');
  }

  async close(): Promise<void> {
    this.socket.close();
    this.process.kill('SIGKILL');
    await once(this.process, 'close');
  }

  private call(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = this.nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
    this.waiting.set(id, (answer) => {
      this.waiting.delete(id);
      if (answer.error) reject(new Error(`${method}: ${answer.error.message}`));
      else resolve(answer.result ?? {});
    });
    this.socket.send(JSON.stringify({ id, method, params }));
    return promise;
  }
}

interface Answer {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

async function listeningAddress(child: ChildProcess): Promise<string> {
  if (!child.stderr) throw new Error('chromium has no standard error');
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    const found = /^DevTools listening on (\S+)/.exec(line);
    if (found?.[1]) {
      child.stderr.resume();
      return found[1];
    }
    said.push(line);
  }
  throw new Error(`chromium ended: ${said.slice(-5).join('\n')}`);
}

/** Whether the packages can be had; a test without a browser is skipped, and says so. */
export async function canHaveChromium(): Promise<boolean> {
  return exec('apt-cache', ['show', 'chromium']).then(
    () => true,
    () => false,
  );
}
