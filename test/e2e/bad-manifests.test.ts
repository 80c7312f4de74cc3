/** Misspelt guestbook manifests, given to the machine's own kubectl: upstream's messages, exit status 1, nothing created. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { clusterLayout } from '#cluster/machine/layout.ts';
import { kubeconfigFile } from '#cluster/prepare.ts';
import { findProgram, isRoot } from '#platform/node/machine-facts.ts';
import { root, TestCluster } from './support.ts';

const kubectl = findProgram('kubectl');
const canRun = isRoot() && kubectl !== undefined;

interface Mistake {
  readonly name: string;
  readonly file: string;
  readonly change: readonly [from: string, to: string];
  readonly message: string;
}

const mistakes: readonly Mistake[] = [
  {
    name: 'aipVersion',
    file: 'redis-master-controller.yaml',
    change: ['apiVersion', 'aipVersion'],
    message:
      'error: error validating "STDIN": error validating data: apiVersion not set; if you choose to ignore these errors, turn validation off with --validate=false\n',
  },
  {
    name: 'ReplicatioinController',
    file: 'redis-master-controller.yaml',
    change: ['ReplicationController', 'ReplicatioinController'],
    message:
      'error: resource mapping not found for name: "redis-master" namespace: "" from "STDIN": no matches for kind "ReplicatioinController" in version "v1"\nensure CRDs are installed first\n',
  },
  {
    name: 'name:redis-slave',
    file: 'redis-slave-controller.yaml',
    change: ['  name: redis-slave', '  name:redis-slave'],
    message:
      'error: error parsing STDIN: error converting YAML to JSON: yaml: line 5: mapping values are not allowed in this context\n',
  },
  {
    name: 'an unknown field',
    file: 'redis-slave-controller.yaml',
    change: ['replicas: 2', 'replicsa: 2'],
    message:
      'Error from server (BadRequest): error when creating "STDIN": ReplicationController in version "v1" cannot be handled as a ReplicationController: strict decoding error: unknown field "spec.replicsa"\n',
  },
  {
    name: 'a text where a number belongs',
    file: 'frontend-controller.yaml',
    change: ['containerPort: 80', 'containerPort: eighty'],
    message:
      'Error from server (BadRequest): error when creating "STDIN": ReplicationController in version "v1" cannot be handled as a ReplicationController: json: cannot unmarshal string into Go struct field ContainerPort.spec.template.spec.containers.ports.containerPort of type int32\n',
  },
  {
    name: 'a node port out of range',
    file: 'frontend-service.yaml',
    change: ['nodePort: 30001', 'nodePort: 80'],
    message:
      'The Service "frontend" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767\n',
  },
];

describe('misspelt manifests', { skip: canRun ? false : 'needs root and kubectl' }, () => {
  let cluster: TestCluster;
  let kubeconfig = '';
  before(async () => {
    cluster = await TestCluster.create('misspelt');
    await cluster.up();
    kubeconfig = kubeconfigFile(clusterLayout(cluster.name, join(cluster.directory, 'data')), 'admin');
  });
  after(() => cluster.remove());

  async function run(
    args: readonly string[],
    input = '',
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = spawn(kubectl ?? '', ['--kubeconfig', kubeconfig, ...args], {
      env: { ...process.env, ...cluster.env },
    });
    child.stdin.end(input);
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: child.exitCode, stdout, stderr };
  }

  for (const { name, file, change, message } of mistakes) {
    test(name, async () => {
      const manifest = readFileSync(join(root, 'examples/guestbook', file), 'utf8');
      const misspelt = manifest.replace(...change);
      assert.notEqual(misspelt, manifest);
      const { code, stdout, stderr } = await run(['create', '-f', '-'], misspelt);
      assert.equal(stderr, message);
      assert.equal(stdout, '');
      assert.equal(code, 1);
    });
  }

  test('nothing was created', async () => {
    const { stdout } = await run(['get', 'rc,services,pods', '-o', 'name']);
    assert.equal(stdout, 'service/kubernetes\n');
  });
});
