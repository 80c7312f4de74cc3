/** Our API server's answers to recorded writers, step by step: codes, messages, causes, warnings, objects and their managedFields. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { differences } from './differences.ts';
import { sharedWorld } from './shared-world.ts';
import { play, type Recorded } from './steps.ts';

const folder = new URL('recorded/', import.meta.url);

describe('recorded writers', () => {
  const { world, tick } = sharedWorld();
  for (const file of readdirSync(folder)) {
    const name = file.replace('.jsonl', '');
    const lines = readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n');
    const recorded = lines.map((line) => JSON.parse(line) as Recorded);
    test(name, async () => {
      const steps = recorded.map(({ step }) => step);
      const answers = await play(steps, world().send, async () => tick());
      for (const [index, { step, answer }] of recorded.entries()) {
        const differs = differences[`${name} ${index + 1}`] !== undefined;
        const compare = differs ? assert.notDeepEqual : assert.deepEqual;
        compare(answers[index], answer, `step ${index + 1}: ${JSON.stringify(step)}`);
      }
    });
  }
});
