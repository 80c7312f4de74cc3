import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connectOptions } from './options.ts';

describe('connectOptions', () => {
  const cases: Record<string, readonly [subresource: string, query: string, trailing: string, expected: unknown]> = {
    'exec shows nothing unless told': [
      'exec',
      'command=ls&command=-l&container=c',
      '',
      { stdin: false, stdout: false, stderr: false, tty: false, container: 'c', command: ['ls', '-l'] },
    ],
    'attach shows output unless told otherwise': [
      'attach',
      'stderr=false&stdin=1',
      '',
      { stdin: true, stdout: true, stderr: false, tty: false },
    ],
    'ports in one parameter and in several': ['portforward', 'ports=80,81&ports=82', '', { ports: [80, 81, 82] }],
    'the path behind a proxy': ['proxy', 'a=b', 'x/y', { path: 'x/y' }],
  };
  for (const [name, [subresource, query, trailing, expected]] of Object.entries(cases)) {
    it(name, () => assert.deepEqual(connectOptions(subresource, new URLSearchParams(query), trailing), expected));
  }
});
