import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trustData } from './api-services.ts';

const own = { clientCa: 'client\n', requestHeaderCa: 'own\n' };
const config = {
  allowedNames: ['corp-proxy', 'front-proxy-client'],
  usernameHeaders: ['X-Remote-User', 'X-Corp-User'],
  uidHeaders: [],
  groupHeaders: ['X-Corp-Group'],
  extraHeaderPrefixes: ['X-Corp-Extra-'],
};

test('trustData is about the own front proxy', () => {
  assert.deepEqual(trustData(own), {
    'client-ca-file': 'client\n',
    'requestheader-allowed-names': '["front-proxy-client"]',
    'requestheader-client-ca-file': 'own\n',
    'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
    'requestheader-group-headers': '["X-Remote-Group"]',
    'requestheader-uid-headers': '["X-Remote-Uid"]',
    'requestheader-username-headers': '["X-Remote-User"]',
  });
});

test('trustData has the front proxies of the flags beside it, each name once', () => {
  assert.deepEqual(trustData({ ...own, others: { ca: 'corp\n', config } }), {
    'client-ca-file': 'client\n',
    'requestheader-allowed-names': '["front-proxy-client","corp-proxy"]',
    'requestheader-client-ca-file': 'own\ncorp\n',
    'requestheader-extra-headers-prefix': '["X-Remote-Extra-","X-Corp-Extra-"]',
    'requestheader-group-headers': '["X-Remote-Group","X-Corp-Group"]',
    'requestheader-uid-headers': '["X-Remote-Uid"]',
    'requestheader-username-headers': '["X-Remote-User","X-Corp-User"]',
  });
});

test('trustData allows any name where the flags do', () => {
  const others = { ca: 'corp\n', config: { ...config, allowedNames: [] } };
  assert.equal(trustData({ ...own, others })['requestheader-allowed-names'], '[]');
});
