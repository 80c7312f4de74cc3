import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseURL } from './url-text.ts';

test('parseURL gives the parts', () => {
  assert.deepEqual(parseURL('https://u:p@a.b:1/c/d?e=f#g'), {
    scheme: 'https',
    user: 'u:p',
    host: 'a.b:1',
    path: '/c/d',
    query: 'e=f',
    fragment: 'g',
  });
});

test('parseURL says what is wrong in the words of net/url', () => {
  const faults = ['://a', ':b/c', 'https://a:b/', 'https://a/%zz', 'https://a b/', 'a\tb', '1:b'].map((text) => [
    text,
    (parseURL(text) as { readonly fault?: string }).fault,
  ]);
  assert.deepEqual(faults, [
    ['://a', 'parse "://a": missing protocol scheme'],
    [':b/c', 'parse ":b/c": missing protocol scheme'],
    ['https://a:b/', 'parse "https://a:b/": invalid port ":b" after host'],
    ['https://a/%zz', 'parse "https://a/%zz": invalid URL escape "%zz"'],
    ['https://a b/', 'parse "https://a b/": invalid character " " in host name'],
    ['a\tb', 'parse "a\\tb": net/url: invalid control character in URL'],
    ['1:b', 'parse "1:b": first path segment in URL cannot contain colon'],
  ]);
});
