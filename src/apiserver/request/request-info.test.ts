import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRequestInfo } from './request-info.ts';

const summary = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string): string => {
  const [path = '', search = ''] = url.split('?');
  const info = parseRequestInfo({ method, path, query: new URLSearchParams(search) });
  if (!info) return 'refused';
  if (!info.isResourceRequest) return `${info.verb} ${info.path}`;
  const { verb, apiGroup, apiVersion, namespace, resource, name, subresource, trailing } = info;
  return [verb, apiGroup, apiVersion, namespace, resource, name, subresource, trailing].join('|');
};

test('parseRequestInfo reads paths as upstream does', () => {
  const table: readonly (readonly ['GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', string, string])[] = [
    ['GET', '/api/v1/pods', 'list||v1||pods|||'],
    ['GET', '/api/v1/pods?watch=true', 'watch||v1||pods|||'],
    ['GET', '/api/v1/pods?watch=0', 'list||v1||pods|||'],
    ['GET', '/api/v1/watch/namespaces/a/pods', 'watch||v1|a|pods|||'],
    ['GET', '/api/v1/namespaces', 'list||v1||namespaces|||'],
    ['GET', '/api/v1/namespaces/a', 'get||v1|a|namespaces|a||'],
    ['PUT', '/api/v1/namespaces/a/finalize', 'update||v1|a|namespaces|a|finalize|'],
    ['POST', '/apis/apps/v1/namespaces/a/deployments', 'create|apps|v1|a|deployments|||'],
    ['PATCH', '/apis/apps/v1/namespaces/a/deployments/d/scale', 'patch|apps|v1|a|deployments|d|scale|'],
    ['DELETE', '/api/v1/namespaces/a/pods', 'deletecollection||v1|a|pods|||'],
    ['DELETE', '/api/v1/namespaces/a/pods/p', 'delete||v1|a|pods|p||'],
    ['GET', '/api/v1/namespaces/a/services/s:80/proxy/x/y', 'get||v1|a|services|s:80|proxy|x/y'],
    ['GET', '/api/v1/nodes/system%3Anode', 'get||v1||nodes|system:node||'],
    // Escapes are resolved first: what hides a slash is about what it says.
    ['GET', '/api/v1/namespaces/a%2Fb/pods', 'get||v1|a|b|pods||'],
    ['GET', '/api/v1/namespaces/a/secrets%2Fb', 'get||v1|a|secrets|b||'],
    ['GET', '/api/v1/namespaces/%2e%2e/pods', 'list||v1|..|pods|||'],
    ['GET', '/api/v1/namespaces/a/pods/p/proxy/x%2Fy', 'get||v1|a|pods|p|proxy|x%2Fy'],
    ['GET', '/api/v1/namespaces/a/pods/p%2Fproxy/x%20y', 'get||v1|a|pods|p|proxy|x%20y'],
    ['GET', '/api/v1/namespaces/%zz/pods', 'refused'],
    ['GET', '/api', 'get /api'],
    ['GET', '/apis/apps/v1', 'get /apis/apps/v1'],
    ['POST', '/healthz', 'post /healthz'],
    ['GET', '/apiserver/x/y/z', 'get /apiserver/x/y/z'],
  ];
  for (const [method, url, expected] of table) assert.equal(summary(method, url), expected, `${method} ${url}`);
});
