/** Formats that do not fit their arguments are issues before anything runs; expected texts are upstream's answers. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIssues } from '../issues.ts';
import { kubernetesEnvironment } from '../kubernetes.ts';
import { compile } from '../program.ts';

const environment = kubernetesEnvironment({ version: '1.36' });

const issues: Readonly<Record<string, string | undefined>> = {
  '"%s %d".format(["a", 1])': undefined,
  '"%s %s".format([1, [1, "a"]])': undefined,
  '"%s".format([dyn(1)])': undefined,
  '"%d".format([dyn("a")])': undefined,
  '"%%".format([])': undefined,
  '("%s" + "b").format([1, 2])': undefined,
  '"%d".format(["a"])': '1:14: error during formatting: decimal clause can only be used on integers, was given string',
  '"%f %e".format([1.5, 1])':
    '1:22: error during formatting: scientific clause can only be used on doubles, was given int',
  '"%b".format([1.5])':
    '1:14: error during formatting: only integers and bools can be formatted as binary, was given double',
  '"%s".format([[1, [semver("1.0.0")]]])':
    '1:25: error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given kubernetes.Semver',
  '"%d %d".format([1])': '1:15: index 1 out of range',
  '"%s".format([1, 2])': '1:12: too many arguments supplied to string.format (expected 1, got 2)',
  '"%z".format([1])': '1:12: could not parse formatting clause: unrecognized formatting clause "z"',
  '"%.".format([1])':
    '1:12: could not parse formatting clause: error while parsing precision: could not find end of precision specifier',
  '"%".format([1])': '1:11: unexpected end of string',
};

for (const [expression, issue] of Object.entries(issues)) {
  test(expression, () => {
    const compiled = compile(expression, environment);
    const text = compiled.ok ? undefined : formatIssues(expression, compiled.issues).split('\n')[0];
    assert.equal(text, issue && `ERROR: <input>:${issue}`);
  });
}
