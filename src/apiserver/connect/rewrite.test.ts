import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isGlobalUnicast } from './ip-address.ts';
import { createLinkRewriter, rewriteHtml } from './rewrite.ts';

const prefix = '/api/v1/namespaces/default/pods/web/proxy';
const rewrite = createLinkRewriter(prefix, ['10.0.0.7:80', 'api.example']);

describe('createLinkRewriter', () => {
  const cases: Record<string, readonly [link: string, expected: string]> = {
    'an absolute path': ['/a/b?c=d#e', `${prefix}/a/b?c=d#e`],
    'the root': ['/', `${prefix}/`],
    'a relative path': ['a/b', 'a/b'],
    'another host': ['https://example.com/a', 'https://example.com/a'],
    'another host without a scheme': ['//example.com/a', '//example.com/a'],
    'the backend itself': ['http://10.0.0.7:80/a', `${prefix}/a`],
    "the client's name for it": ['http://api.example/a', `${prefix}/a`],
    'a path that goes through the proxy already': [`${prefix}/a`, `${prefix}/a`],
    'a path that only begins like it': [`${prefix}x`, `${prefix}${prefix}x`],
    'no path': ['http://10.0.0.7:80', 'http://10.0.0.7:80'],
    'a fragment': ['#top', '#top'],
    'a script': ['javascript:alert(1)', 'javascript:alert(1)'],
  };
  for (const [name, [link, expected]] of Object.entries(cases)) {
    it(`knows ${name}`, () => assert.equal(rewrite(link), expected));
  }
});

describe('rewriteHtml', () => {
  const html = (page: string) => new TextDecoder().decode(rewriteHtml(new TextEncoder().encode(page), rewrite));
  const cases: Record<string, readonly [page: string, expected: string]> = {
    'a link': ['<a href="/x">test</a>', `<a href="${prefix}/x">test</a>`],
    'quotes of every kind': [`<img src='/a'><IMG SRC=/b>`, `<img src='${prefix}/a'><IMG SRC=${prefix}/b>`],
    'only attributes that are links': ['<a title="/x" href=y>/z</a>', '<a title="/x" href=y>/z</a>'],
    'only elements that have links': ['<p href="/x">', '<p href="/x">'],
    'comments, which stay': ['<!-- <a href="/x"> --><a href="/y">', `<!-- <a href="/x"> --><a href="${prefix}/y">`],
    'scripts, which stay': [
      '<script>var a = "<a href=\'/x\'>";</script><a href="/y">',
      `<script>var a = "<a href='/x'>";</script><a href="${prefix}/y">`,
    ],
    'a > in quotes': ['<a title="a > b" href="/x">', `<a title="a > b" href="${prefix}/x">`],
    'a tag that never ends': ['<a href="/x', '<a href="/x'],
    'a lone <': ['1 < 2 <a href="/x">', `1 < 2 <a href="${prefix}/x">`],
    'text that is not ASCII': ['<b>grüße ☃</b><a href="/ü">', `<b>grüße ☃</b><a href="${prefix}/ü">`],
  };
  for (const [name, [page, expected]] of Object.entries(cases)) {
    it(`treats ${name}`, () => assert.equal(html(page), expected));
  }

  it('takes hostile pages in one pass', () => {
    const started = process.cpuUsage();
    for (const piece of ['<a ', '<a href="', '<script>', '<!--', '<a href=/x a=b ']) html(piece.repeat(200_000));
    const { user } = process.cpuUsage(started);
    assert.ok(user < 20_000_000, `${user} us of CPU`);
  });
});

describe('isGlobalUnicast', () => {
  const cases: Record<string, boolean> = {
    '10.244.1.7': true,
    '192.168.0.1': true,
    '127.0.0.1': false,
    '169.254.169.254': false,
    '0.0.0.0': false,
    '255.255.255.255': false,
    '224.0.0.1': false,
    '300.1.1.1': false,
    'fd00::1': true,
    '2001:db8::1': true,
    '::': false,
    '::1': false,
    'fe80::1': false,
    'ff02::1': false,
    '::ffff:127.0.0.1': false,
    '::ffff:10.0.0.1': true,
    localhost: false,
    '': false,
  };
  for (const [address, expected] of Object.entries(cases)) {
    it(`${expected ? 'allows' : 'refuses'} ${JSON.stringify(address)}`, () =>
      assert.equal(isGlobalUnicast(address), expected));
  }
});
