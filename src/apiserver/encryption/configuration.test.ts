import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEncryptionConfiguration, ruleFor } from './configuration.ts';

const header = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'EncryptionConfiguration' };
const secret = (length: number) => new Uint8Array(length).fill(7).toBase64();
const key = { name: 'key1', secret: secret(32) };
const box = { secretbox: { keys: [key] } };
const kms = { apiVersion: 'v2', name: 'a', endpoint: 'unix:///run/kms.sock' };

const config = (...resources: readonly object[]) => ({ ...header, resources });
const messageOf = (document: unknown): string => {
  try {
    parseEncryptionConfiguration(document);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return '';
};

test('providers in their order, with their keys', () => {
  const rules = parseEncryptionConfiguration(
    config({ resources: ['secrets'], providers: [box, { kms: { ...kms, timeout: '1m2.5s' } }, { identity: {} }] }),
  );
  assert.deepEqual(rules, [
    {
      resources: ['secrets'],
      providers: [
        { type: 'secretbox', keys: [{ name: 'key1', secret: new Uint8Array(32).fill(7) }] },
        { type: 'kms', apiVersion: 'v2', name: 'a', socket: '/run/kms.sock', timeoutMs: 62_500 },
        { type: 'identity' },
      ],
    },
  ]);
});

test('ruleFor: the first rule that names the resource, its group or all', () => {
  const rule = (...resources: readonly string[]) => ({ resources, providers: [{ identity: {} }] });
  const rules = parseEncryptionConfiguration(
    config(rule('secrets', 'pods'), rule('deployments.apps'), rule('*.apps', '*.'), rule('*.*')),
  );
  const table = [
    ['', 'secrets', 0],
    ['', 'configmaps', 2],
    ['apps', 'deployments', 1],
    ['apps', 'replicasets', 2],
    ['batch', 'jobs', 3],
    ['apps', 'secrets', 2],
  ] as const;
  for (const [group, plural, place] of table) assert.equal(ruleFor(rules, group, plural), rules[place], plural);
});

test('faults in the words of upstream', () => {
  const providers = [{ identity: {} }];
  const at = 'resources[0].providers[0]';
  const table: readonly (readonly [unknown, string | RegExp])[] = [
    [null, 'the document is not an object'],
    [{ ...header, kind: 'Pod', resources: [] }, /^no kind "Pod" is registered for version/],
    [{ ...header, resources: [], extra: 1 }, 'strict decoding error: unknown field "extra"'],
    [header, 'resources: Required value: at least one resources is required'],
    [
      config({}),
      '[resources[0].resources: Required value: at least one resources[0].resources is required, resources[0].providers: Required value: at least one resources[0].providers is required]',
    ],
    [
      config({ resources: ['Secrets'], providers }),
      'resources[0].resources[0]: Invalid value: "Secrets": resource name should not contain capital letters',
    ],
    [config({ resources: ['*'], providers }), /use '\*\.' to encrypt all the resources from core API group/],
    [config({ resources: ['events.events.k8s.io'], providers }), /Use 'events' instead/],
    [config({ resources: ['secrets', '*.'], providers }), /using overlapping resources such as 'secrets' and '\*\.'/],
    [config({ resources: ['secrets', 'secrets'], providers }), /the same resource cannot be specified multiple times/],
    [config({ resources: ['secrets.*'], providers }), /encrypting the same resource across groups is not supported/],
    [
      config({ resources: ['*.*'], providers }, { resources: ['secrets'], providers }),
      'resource "secrets" is masked by earlier rule "*.*"',
    ],
    [
      config({ resources: ['secrets'], providers: [{}] }),
      /^resources\[0\]\.providers\[0\]: Invalid value: .*provider does not contain any of the expected providers/,
    ],
    [
      config({ resources: ['secrets'], providers: [{ ...box, identity: {} }] }),
      /more than one provider specified in a single element/,
    ],
    [
      config({ resources: ['secrets'], providers: [{ aesgcm: { keys: [] } }] }),
      `${at}.aesgcm.keys: Required value: at least one keys is required`,
    ],
    [
      config({ resources: ['secrets'], providers: [{ aescbc: { keys: [{ name: 'k', secret: secret(15) }] } }] }),
      `${at}.aescbc.keys[0].secret: Invalid value: "REDACTED": secret is not of the expected length, got 15, expected one of [16 24 32]`,
    ],
    [
      config({ resources: ['secrets'], providers: [{ secretbox: { keys: [{ name: 'k', secret: '!!' }] } }] }),
      `${at}.secretbox.keys[0].secret: Invalid value: "REDACTED": secrets must be base64 encoded`,
    ],
    [
      config({ resources: ['secrets'], providers: [{ aesgcm: { keys: [{ secret: secret(16) }] } }] }),
      `${at}.aesgcm.keys[0].name: Required value: name is a mandatory field for a key`,
    ],
    [
      config({ resources: ['secrets'], providers: [{ kms: { ...kms, endpoint: 'tcp://x' } }] }),
      /unsupported scheme "tcp" for KMS provider, only unix is supported/,
    ],
    [
      config({ resources: ['secrets'], providers: [{ kms: { ...kms, apiVersion: undefined } }] }),
      /KMSv1 is deprecated/,
    ],
    [
      config({ resources: ['secrets'], providers: [{ kms: { ...kms, timeout: '0s' } }] }),
      /timeout should be a positive value/,
    ],
    [
      config({ resources: ['secrets'], providers: [{ kms }, { kms }] }),
      /duplicate KMS provider name a, names must be unique/,
    ],
    [
      config({ resources: ['secrets'], providers: [{ kms: { ...kms, name: 'a:b' } }] }),
      /invalid KMS provider name a:b, must not contain ':'/,
    ],
  ];
  for (const [document, expected] of table) {
    const message = messageOf(document);
    if (typeof expected === 'string') assert.equal(message, expected);
    else assert.match(message, expected);
    assert.ok(!message.includes(key.secret), 'no message shows a secret');
  }
});
