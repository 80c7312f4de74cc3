/**
 * Programs in Go: one of client-go, and an operator of controller-runtime with all its webhooks, whose leader is killed. The Go toolchain
 * is nothing that kubets needs: without one (1.26) these are skipped. The first run fetches the modules and compiles for minutes.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Operators } from './operators.ts';
import { installation, webhookCertificate } from './programs/shops.ts';
import { type ClientCluster, mustRun, programsOf, run, startCluster } from './support.ts';

const sources = join(import.meta.dirname, 'programs/go');
const wantedGo = 26;

/** Why the programs cannot be built; undefined when they can. */
function noGo(): string | undefined {
  const { stdout, error } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  if (error) return 'there is no Go toolchain (go is not in PATH)';
  const minor = Number(/^go1\.(\d+)/.exec(stdout)?.[1] ?? 0);
  return minor >= wantedGo ? undefined : `Go 1.${wantedGo} is wanted, this is ${stdout.trim()}`;
}

const skip = noGo() ?? false;

describe('programs in Go', { skip }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'kubets-go-'));
  let cluster: ClientCluster;

  before(async () => {
    await mustRun('go', ['build', '-o', `${directory}/`, './client', './operator'], {
      cwd: sources,
      timeoutMs: 1_800_000,
    });
    cluster = await startCluster('go');
  });

  after(async () => {
    await cluster?.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  test('client-go', { timeout: 300_000 }, async () => {
    const output = await mustRun(join(directory, 'client'), [], { env: cluster.env, timeoutMs: 300_000 });
    assert.match(output, /ok end\n$/);
  });

  test('controller-runtime: webhooks, and the leader dies', { timeout: 600_000 }, async () => {
    const { kubectl } = programsOf('36');
    const { env } = cluster;
    const ask = (args: string, input = '') =>
      mustRun(kubectl, ['--namespace', 'shops', ...args.split(' ')], { env, input });
    const refused = async (args: string, input = ''): Promise<string> => {
      const { code, stderr } = await run(kubectl, ['--namespace', 'shops', ...args.split(' ')], { env, input });
      assert.notEqual(code, 0, `${args} is not refused`);
      return stderr.trim();
    };
    const shop = (name: string, spec: object, version = 'v1') =>
      JSON.stringify({ apiVersion: `operator.kubets.test/${version}`, kind: 'Shop', metadata: { name }, spec });
    const leader = () =>
      ask('get lease shops.operator.kubets.test --namespace default -o jsonpath={.spec.holderIdentity}');

    const certificates = join(directory, 'certificates');
    const caBundle = await webhookCertificate(certificates);
    const operators = new Operators(join(directory, 'operator'), certificates, env);
    try {
      const origin = await operators.listen();
      await ask('create namespace shops');
      await ask('apply -f -', JSON.stringify(installation({ origin, caBundle })));
      await ask('wait crd/shops.operator.kubets.test --for=condition=Established --timeout=30s');
      assert.match(await refused('create -f -', shop('early', {})), /failed calling webhook "default\.operator/);
      await operators.start();
      await operators.start();

      // Made in the old version: defaulted and validated as v1, kept as v1, read as either.
      await ask('create -f -', shop('old', { colour: 'red' }, 'v1alpha1'));
      await ask('wait shop/old --for=condition=Open --timeout=60s');
      assert.equal(
        await ask('get shops.v1.operator.kubets.test old -o jsonpath={.spec}'),
        '{"color":"red","replicas":2}',
      );
      assert.equal(
        await ask('get shops.v1alpha1.operator.kubets.test old -o jsonpath={.spec}'),
        '{"colour":"red","size":2}',
      );
      assert.match(await ask('describe shop old'), /Reconciled .* deployment created/);
      assert.equal(
        await refused('create -f -', shop('many', { replicas: 9 })),
        'The Shop "many" is invalid: spec.replicas: Invalid value: 9: must be at most 5',
      );
      assert.match(
        await refused('patch shop old --type=merge -p {"spec":{"color":"blue"}}'),
        /The Shop "old" is invalid: spec\.color: Forbidden: a shop keeps its color$/,
      );
      const many = await run(kubectl, ['-n', 'shops', 'apply', '--server-side', '-f', '-'], {
        env,
        input: shop('five', { size: 5 }, 'v1alpha1'),
      });
      assert.deepEqual([many.code, many.stderr.trim()], [0, 'Warning: five are many']);
      await ask('annotate shop five keep=true');
      assert.match(await refused('delete shop five'), /denied the request: five is to be kept$/);
      await ask('annotate shop five keep-');

      await ask('scale shop/old --replicas=3');
      await ask('wait shop/old --for=jsonpath={.status.replicas}=3 --timeout=60s');

      const first = await leader();
      await operators.end(first, 'SIGKILL');
      await ask('scale shop/old --replicas=1');
      await ask('delete deployment old --cascade=foreground');
      await ask('wait shop/old --for=jsonpath={.status.replicas}=1 --timeout=60s');
      const second = await leader();
      assert.notEqual(second, first);
      assert.equal(await ask('get shop old -o jsonpath={.status.reconciledBy}'), second);

      // One that is told to end gives its lease back.
      await operators.start();
      await operators.end(second, 'SIGTERM');
      await ask('delete shop old five --timeout=60s');
      const third = await leader();
      assert.notEqual(third, second);
      assert.equal(await ask('get configmap old-closed -o jsonpath={.data.by}'), third);
      await ask('wait deployment/old --for=delete --timeout=60s');
      await ask('delete namespace shops');
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\n${operators.log.slice(-6000)}`, {
        cause: error,
      });
    } finally {
      await operators.close();
    }
  });
});
