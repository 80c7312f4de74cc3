import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiRequest } from '#api/request.ts';
import { attributesOf } from './attributes.ts';
import { parseRequestInfo } from './request-info.ts';

describe('attributesOf', () => {
  const cases: readonly (readonly [method: ApiRequest['method'], target: string, name: string])[] = [
    ['GET', 'configmaps?fieldSelector=metadata.name%3Da', 'a'],
    ['GET', 'configmaps?watch=1&fieldSelector=metadata.name%3Da', 'a'],
    ['GET', 'configmaps?fieldSelector=metadata.name!%3Da', ''],
    ['GET', 'configmaps?fieldSelector=data%3Da', ''],
    ['GET', 'configmaps?fieldSelector=metadata.name%3D..', ''],
    ['GET', 'configmaps?fieldSelector=metadata.name%3Da%2Fb', ''],
    ['GET', 'configmaps/b?fieldSelector=metadata.name%3Da', 'b'],
    ['DELETE', 'configmaps?fieldSelector=metadata.name%3Da', ''],
    ['POST', 'configmaps?fieldSelector=metadata.name%3Da', ''],
  ];
  for (const [method, target, name] of cases) {
    it(`${method} ${target} is about ${JSON.stringify(name)}`, () => {
      const url = new URL(target, 'http://x/api/v1/namespaces/kube-system/');
      const request: ApiRequest = {
        method,
        path: url.pathname,
        query: url.searchParams,
        headers: {},
        peer: { address: '' },
        signal: new AbortController().signal,
      };
      const info = parseRequestInfo(request);
      assert.ok(info);
      assert.equal(attributesOf(request, info, { username: 'u', groups: [] }).name, name);
    });
  }
});
