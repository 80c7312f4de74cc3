/** What cannot work is refused: what is wrong, how to mend it, an exit status, and nothing half done. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isRoot } from '#platform/node/machine-facts.ts';
import { freePort, kubets, TestCluster } from './support.ts';

describe('refusals', () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await TestCluster.create('refused');
  });
  after(() => cluster.remove());

  const refused = async (args: readonly string[], expected: RegExp, options: Parameters<typeof kubets>[1] = {}) => {
    const { code, stdout, stderr } = await kubets(args, { env: cluster.env, ...options });
    assert.match(stderr, expected);
    assert.notEqual(code, 0);
    assert.equal(stdout, '');
    assert.equal(existsSync(join(cluster.directory, 'data')), false, 'nothing was made');
  };

  test('no root', { skip: !isRoot() }, async () => {
    await refused(['up', ...cluster.flags], /run it as root \(sudo .*kubets up\)/, { uid: 65534 });
  });

  test('port in use', { skip: !isRoot() }, async () => {
    const port = await freePort();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, resolve));
    try {
      await refused(
        ['up', ...cluster.flags, '--api-port', String(port)],
        new RegExp(
          `port ${port} is in use: the API server cannot listen\\n +to mend it: ss -ltnp 'sport = :${port}' names the program; stop it, or: kubets up --api-port `,
        ),
      );
    } finally {
      other.close();
    }
  });

  const cases: readonly (readonly [name: string, args: readonly string[], expected: RegExp])[] = [
    ['unknown command', ['upp'], /unknown command 'upp'/],
    ['unknown flag', ['up', '--node', '3'], /unknown option '--node'\n\(Did you mean/],
    ['no number', ['up', '--nodes', 'three'], /a whole number of at least 1 is expected/],
    [
      'a name that no interface could have',
      ['up', '--name', 'My Cluster'],
      /--name My Cluster: lower-case letters, digits and '-'/,
    ],
    [
      'a range in use',
      ['up', '--node-cidr', '127.0.0.1'],
      /--node-cidr 127.0.0.1: an IPv4 range of \/24 or larger is needed, for example 10\.197\.0\.0\/24/,
    ],
    [
      'a cluster that is not there',
      ['kubeconfig'],
      /there is no cluster "refused-\d+" on this machine\n +to mend it: kubets up makes one/,
    ],
    ['an archive that is not there', ['image', 'build', '/nowhere'], /\/nowhere\/image\.yaml: there is no such file/],
  ];
  for (const [name, args, expected] of cases) {
    test(name, { skip: args[0] === 'up' && !isRoot() }, async () => {
      const flags = args[0] === 'image' || args[0] === 'upp' || args.includes('--name') ? [] : cluster.flags;
      await refused([args[0] ?? '', ...flags, ...args.slice(1)], expected);
    });
  }
});
