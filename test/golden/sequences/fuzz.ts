/**
 * Random requests to our API server and to an upstream one, and where their answers differ:
 *
 *   node test/golden/sequences/fuzz.ts --theirs <kubeconfig> [--ours <kubeconfig>] [--seeds 1-200] [--steps 15] [--kinds pods,nodes] [--show 3]
 *
 * Without --ours our server is started on a durable store. A sequence is compared up to its first difference; what differs is printed in groups,
 * the largest first, with the seeds that find it. A seed alone prints its steps and both answers (--verbose).
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startOwnServer } from '../../bench/api/own-server.ts';
import { crds } from '../apply/kinds.ts';
import { differencesOf } from './compare.ts';
import { Play, type Send, type Step } from './exchange.ts';
import { randomRequests } from './random-requests.ts';
import { setUp } from './sequences.ts';
import { connection, prepare, tidy } from './server.ts';

const { values } = parseArgs({
  options: {
    theirs: { type: 'string' },
    ours: { type: 'string' },
    seeds: { type: 'string', default: '1-50' },
    steps: { type: 'string', default: '15' },
    kinds: { type: 'string' },
    show: { type: 'string', default: '3' },
    parallel: { type: 'string', default: '6' },
    width: { type: 'string', default: '700' },
    verbose: { type: 'boolean', default: false },
    port: { type: 'string', default: '18447' },
  },
});
if (!values.theirs) throw new Error('--theirs is missing');
const [first = 1, last = first] = values.seeds.split('-').map(Number);
const directory = mkdtempSync(join(tmpdir(), 'kubets-fuzz-'));
const own = values.ours === undefined ? await startOwnServer(directory, Number(values.port)) : undefined;

interface Difference {
  readonly seed: number;
  readonly index: number;
  readonly step: Step;
  readonly ours: unknown;
  readonly theirs: unknown;
}
const groups = new Map<string, Difference[]>();
let requests = 0;

try {
  const ours = connection(values.ours ?? own?.kubeconfig ?? '');
  const theirs = connection(values.theirs);
  await Promise.all([ours, theirs].map((send) => prepare(send, crds)));
  let next = first;
  await Promise.all(
    Array.from({ length: Number(values.parallel) }, async () => {
      while (next <= last) await compare(next++, ours, theirs);
    }),
  );
  report();
} finally {
  await own?.stop();
  rmSync(directory, { recursive: true, force: true });
}
process.exit(0);

async function compare(seed: number, ours: Send, theirs: Send): Promise<void> {
  const namespace = `sequence-${seed}-${process.pid}`;
  const { steps, collections } = randomRequests(seed, Number(values.steps), values.kinds?.split(','));
  const sides = [ours, theirs].map((send) => ({ send, play: new Play(namespace, send) }));
  await Promise.all(sides.map(({ play }) => begin(play)));
  try {
    for (const [index, step] of steps.entries()) {
      const [mine, other] = await Promise.all(sides.map(({ play }) => play.step(step)));
      requests++;
      if (values.verbose)
        console.log(JSON.stringify(step), '\n  ours  ', JSON.stringify(mine), '\n  theirs', JSON.stringify(other));
      const found = differencesOf(step, mine, other);
      if (found.length === 0) continue;
      for (const { group, ours: left, theirs: right } of found)
        groups.set(group, [...(groups.get(group) ?? []), { seed, index, step, ours: left, theirs: right }]);
      // What was not written goes on alike.
      if (step.method !== 'GET' && !((mine?.code ?? 0) >= 400 && (other?.code ?? 0) >= 400)) break;
    }
  } catch (error) {
    groups.set(`failed: ${String(error).slice(0, 200)}`, [
      ...(groups.get(`failed: ${String(error)}`) ?? []),
      { seed, index: 0, step: steps[0] as Step, ours: '', theirs: (error as Error).stack },
    ]);
  }
  await tidy(theirs, namespace, collections);
}

async function begin(play: Play): Promise<void> {
  for (const step of setUp) await play.step(step);
}

function report(): void {
  const short = (value: unknown): string => (JSON.stringify(value) ?? 'absent').slice(0, Number(values.width));
  for (const [group, found] of [...groups].sort(([, a], [, b]) => a.length - b.length)) {
    console.log(
      `\n== ${found.length} x ${group}: seeds ${found
        .slice(0, 12)
        .map(({ seed, index }) => `${seed}/${index}`)
        .join(' ')}`,
    );
    for (const { step, ours: left, theirs: right, seed } of found.slice(0, Number(values.show))) {
      console.log(
        `   [${seed}] ${step.method} ${step.path}${step.accept ? ` as ${step.accept}` : ''}${step.contentType ? ` of ${step.contentType}` : ''} ${short(step.body ?? step.edit)}`,
      );
      console.log(`      ours   ${short(left)}\n      theirs ${short(right)}`);
    }
  }
  const differing = [...groups.values()].flat().length;
  console.log(`\n${requests} requests, ${differing} differences in ${groups.size} groups`);
}
