/** What cannot work is refused: what is wrong, how to mend it, an exit status, and nothing half done. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
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

  test('a disk without room', { skip: !isRoot() }, async () => {
    const small = join(cluster.directory, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100m', 'tmpfs', small]);
    try {
      await refused(
        ['up', '--name', cluster.name, '--data-dir', join(small, 'data')],
        /only 100 MiB are free in .*\/small\n +to mend it: make room there, or: kubets up --data-dir DIRECTORY/,
      );
      assert.deepEqual(readdirSync(small), []);
    } finally {
      execFileSync('umount', [small]);
    }
  });

  // The kernels that tests run on have nftables: an nft that answers as it does where they have not.
  test('a kernel without nftables', { skip: !isRoot() }, async () => {
    const programs = join(cluster.directory, 'programs');
    mkdirSync(programs);
    const answer = 'netlink: Error: cache initialization failed: Operation not supported';
    writeFileSync(join(programs, 'nft'), `#!/bin/sh\necho '${answer}' >&2\nexit 1\n`, { mode: 0o755 });
    const env = { ...cluster.env, PATH: `${programs}:${process.env.PATH}` };
    await refused(
      ['up', ...cluster.flags],
      /the kernel does not answer nft, by which services work: netlink: Error: cache initialization failed.*\n +to mend it: modprobe nf_tables, or a kernel with CONFIG_NF_TABLES/,
      { env },
    );
    const { code, stdout } = await kubets(['doctor'], { env });
    assert.equal(code, 1);
    assert.match(stdout, /^error +the kernel does not answer nft/m);
  });

  test('an option that the server cannot use', { skip: !isRoot() }, async () => {
    const policy = join(cluster.directory, 'policy.yaml');
    writeFileSync(policy, 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Everything}]\n');
    const flags = ['--audit-policy-file', policy, '--audit-log-path', join(cluster.directory, 'audit.log')];
    const { code, stderr } = await kubets(['up', ...cluster.flags, '--no-kubeconfig', ...flags], { env: cluster.env });
    assert.equal(code, 1);
    assert.match(stderr, /--audit-policy-file .*policy.yaml: rules\[0\]\.level: Unsupported value: "Everything"/);
    assert.equal(existsSync(join(cluster.directory, 'data')), false, 'what was begun is gone');
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
