/** Our API server's answers to the golden requests: codes, reasons, messages, causes and objects as upstream gave them. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { differences } from './differences.ts';
import { answersOf, type GoldenAnswer, type GoldenCase } from './golden-case.ts';
import { startWorld, type World } from './world.ts';

const folder = new URL('./', import.meta.url);

for (const { name: group } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
  for (const file of readdirSync(new URL(group, folder)).filter((name) => name.endsWith('.cases.ts'))) {
    const kind = `${group}/${file.replace('.cases.ts', '')}`;
    const { cases, bootstrapped = false } = (await import(new URL(`${group}/${file}`, folder).href)) as {
      readonly cases: readonly GoldenCase[];
      /** The cases ask for objects that every cluster begins with. */
      readonly bootstrapped?: boolean;
    };
    const golden = JSON.parse(readFileSync(new URL(`${kind}.json`, folder), 'utf8')) as Record<string, GoldenAnswer>;
    describe(kind, () => {
      let answers: Record<string, GoldenAnswer> = {};
      let world: World;
      before(async () => {
        world = await startWorld({ bootstrapped });
        answers = await answersOf(cases, world.send);
      });
      after(() => world.close());
      for (const { name } of cases) {
        const difference = differences[`${kind}: ${name}`];
        test(name, difference === undefined ? {} : { todo: difference }, () => {
          assert.deepEqual(inOrder(answers[name]), inOrder(golden[name]));
        });
      }
    });
  }
}

/** Upstream goes through maps in random order, so warnings about their members are in none. */
function inOrder(answer: GoldenAnswer | undefined): GoldenAnswer | undefined {
  return answer?.warnings ? { ...answer, warnings: [...answer.warnings].sort() } : answer;
}
