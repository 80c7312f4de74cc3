/** What the golden runs of kubectl share: its call, and the comparison of outputs with the recorded ones, or their recording. */

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

export interface Run {
  readonly kubectl: string;
  readonly kubeconfig: string;
  readonly record: boolean;
}

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

export function runOfArguments(program: string): Run {
  const { values } = parseArgs({
    options: {
      kubectl: { type: 'string', default: 'kubectl' },
      kubeconfig: { type: 'string' },
      record: { type: 'boolean', default: false },
    },
  });
  if (values.kubeconfig !== undefined) return { ...values, kubeconfig: values.kubeconfig };
  console.error(`usage: node test/golden/kubectl/${program} --kubectl PROGRAM --kubeconfig FILE [--record]`);
  process.exit(2);
}

export function kubectl(run: Run, namespace: string, args: readonly string[], timeout = 180_000): Output {
  const own = ['--kubeconfig', run.kubeconfig, '--namespace', namespace];
  return spawnSync(run.kubectl, [...own, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout });
}

/** Creates the namespace; it is there when pods can be created in it. */
export function createNamespace(run: Run, namespace: string): void {
  kubectl(run, 'default', ['create', 'namespace', namespace]);
  for (let attempt = 0; attempt < 100; attempt++) {
    const { status } = kubectl(run, namespace, ['get', 'serviceaccount', 'default']);
    if (status === 0) return;
  }
  throw new Error(`no default service account comes into the namespace ${namespace}: are controllers running?`);
}

/** Columns are as wide as what the normal form replaces by words, so their widths are left out of it. */
export function withoutWidths(text: string): string {
  return text.replaceAll(/(\S) {2,}/g, '$1  ').replaceAll(/ +$/gm, '');
}

/** '1.36': what kubectl prints is its own as much as the server's, so each version has its golden files. */
function minorVersion({ kubectl: program }: Run): string {
  const { stdout } = spawnSync(program, ['version', '--client', '--output', 'json'], { encoding: 'utf8' });
  const { clientVersion } = JSON.parse(stdout) as {
    readonly clientVersion: { readonly major: string; readonly minor: string };
  };
  return `${clientVersion.major}.${clientVersion.minor}`;
}

/**
 * Writes the outputs, or compares them with those written and sets the exit status: `NAME-VERSION.txt`, of this version of kubectl. Each
 * begins with `$ kubectl`.
 */
export function recordOrCompare(run: Run, name: string, outputs: readonly string[]): void {
  const goldenFile = join(import.meta.dirname, `${name}-${minorVersion(run)}.txt`);
  if (run.record) {
    writeFileSync(goldenFile, outputs.join('\n'));
    console.log(`recorded ${outputs.length} outputs`);
    return;
  }
  const golden = readFileSync(goldenFile, 'utf8').split(/\n(?=\$ kubectl )/);
  let different = 0;
  for (const [index, output] of outputs.entries()) {
    const expected = golden[index]?.trimEnd();
    if (expected === output.trimEnd()) continue;
    different++;
    console.log(`--- upstream\n${expected}\n+++ here\n${output}`);
  }
  console.log(`${outputs.length - different} of ${outputs.length} outputs are equal`);
  if (different > 0) process.exitCode = 1;
}
