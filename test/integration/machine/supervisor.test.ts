/** The supervisor with real namespaces and real containerd: whatever is killed comes back, and nothing is left after down. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { down } from '#cluster/down.ts';
import { findRuntime } from '#cluster/machine/find-runtime.ts';
import { clusterLayout, nodeLayout } from '#cluster/machine/layout.ts';
import { planNetwork } from '#cluster/machine/network-plan.ts';
import { clusterProcesses, enterNode } from '#cluster/machine/node-machine.ts';
import { type ClusterSettings, machineOf, nodesOf, saveSettings } from '#cluster/settings.ts';
import { askSupervisor, connectControl, type SupervisorStatus } from '#cluster/supervisor/control.ts';
import { isAllReady } from '#cluster/up.ts';
import { exec } from '#platform/node/exec.ts';
import { hostRoutes, isRoot } from '#platform/node/machine-facts.ts';
import { accepts } from '#platform/node/sockets.ts';
import { startSupervisor } from './support.ts';

const canRun =
  isRoot() &&
  (await findRuntime().then(
    () => true,
    () => false,
  ));

describe('supervisor', {
  skip: canRun ? false : 'needs root, containerd and CNI plugins (./kubets up gets them)',
}, () => {
  const name = `test-${process.pid}`;
  const data = mkdtempSync(join(tmpdir(), 'kubets-machine-'));
  const layout = clusterLayout(name, data);
  let settings: ClusterSettings;

  before(async () => {
    settings = {
      name,
      nodes: 2,
      network: planNetwork(name, {}, await hostRoutes()),
      apiPort: 0,
      door: false,
      nodePorts: '30000-32767',
      apiNames: [],
    };
    saveSettings(layout, settings);
    startSupervisor(data, name);
    await untilStatus((status) => isAllReady(status, 2));
  });
  after(async () => {
    await down({ layout, settings, graceMs: 0 });
    rmSync(data, { recursive: true, force: true });
  });

  /** The first status that the supervisor gives and `wanted` accepts; a supervisor that dies meanwhile is waited for. */
  async function untilStatus(wanted: (status: SupervisorStatus) => boolean): Promise<SupervisorStatus> {
    const deadline = Date.now() + 20_000;
    while (Date.now() < deadline) {
      if (!(await accepts(layout.supervisorSocket))) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        continue;
      }
      const connection = await connectControl(layout.supervisorSocket);
      const late = setTimeout(() => connection.close(), deadline - Date.now());
      try {
        connection.send({ op: 'watch' });
        for await (const answer of connection.messages) {
          if (answer.type === 'status' && wanted(answer.status)) return answer.status;
        }
      } finally {
        clearTimeout(late);
        connection.close();
      }
    }
    throw new Error(`not within 20 s; supervisor.log:\n${readFileSync(join(layout.logs, 'supervisor.log'), 'utf8')}`);
  }
  const pidOf = (status: SupervisorStatus, unit: string) =>
    status.units.find((candidate) => candidate.name === unit)?.pid ?? 0;
  const pids = (status: SupervisorStatus) => Object.fromEntries(status.units.map((unit) => [unit.name, unit.pid]));

  test('nodes reach each other and have names of their own', async () => {
    const [first, second] = nodesOf(settings);
    assert.ok(first && second);
    const enter = (command: readonly string[]) =>
      exec('nsenter', [...enterNode(machineOf(layout, settings), first), ...command]);
    assert.equal((await enter(['hostname'])).trim(), 'node1');
    // The connection is refused, by the other node: nothing listens there, but somebody is there.
    await assert.rejects(
      enter([
        process.execPath,
        '-e',
        `require('net').connect(9, '${second.address}').on('error', (e) => { console.error(e.code); process.exit(1) })`,
      ]),
      /ECONNREFUSED/,
    );
    assert.match(await enter(['ip', 'route']), new RegExp(`${second.podCidr} via ${second.address} dev eth0`));
  });

  for (const unit of ['server', 'agent-node2', 'containerd-node1']) {
    test(`kill -9 of ${unit}: it comes back, the others stay`, async () => {
      const before = await untilStatus((status) => isAllReady(status, 2));
      process.kill(pidOf(before, unit), 'SIGKILL');
      const after = await untilStatus((status) => isAllReady(status, 2) && pidOf(status, unit) !== pidOf(before, unit));
      assert.deepEqual({ ...pids(after), [unit]: 0 }, { ...pids(before), [unit]: 0 });
      if (unit === 'containerd-node1') assert.ok(await accepts(nodeLayout(layout, 'node1').containerdSocket));
    });
  }

  test('kill -9 of the supervisor, and of the server with it: another takes over what runs', async () => {
    const before = await untilStatus((status) => isAllReady(status, 2));
    process.kill(before.pid, 'SIGKILL');
    const after = await untilStatus((status) => status.pid !== before.pid && isAllReady(status, 2));
    assert.deepEqual(pids(after), pids(before));
    process.kill(pidOf(after, 'server'), 'SIGKILL');
    process.kill(after.pid, 'SIGKILL');
    const again = await untilStatus((status) => status.pid !== after.pid && isAllReady(status, 2));
    assert.deepEqual({ ...pids(again), server: 0 }, { ...pids(before), server: 0 });
    // The adopted are watched, too.
    process.kill(pidOf(again, 'agent-node1'), 'SIGKILL');
    await untilStatus(
      (status) => isAllReady(status, 2) && pidOf(status, 'agent-node1') !== pidOf(before, 'agent-node1'),
    );
  });

  test('a second supervisor ends by itself', async () => {
    const { pid } = await untilStatus(() => true);
    const [code] = await once(startSupervisor(data, name), 'exit');
    assert.equal(code, 0);
    const answer = await askSupervisor(layout.supervisorSocket, { op: 'status' });
    assert.equal(answer.type === 'status' && answer.status.pid, pid);
  });

  test('down leaves no process, mount, namespace, table, bridge and cgroup; and can be said twice', async () => {
    assert.equal(await down({ layout, settings, graceMs: 100 }), true);
    assert.deepEqual(clusterProcesses(name), []);
    assert.equal(existsSync(layout.run), false);
    assert.doesNotMatch(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(name));
    const namespaces = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
    assert.deepEqual(
      namespaces.filter((entry) => entry.includes(name)),
      [],
    );
    assert.doesNotMatch(await exec('nft', ['list', 'tables']), new RegExp(name));
    assert.deepEqual(
      readdirSync('/sys/class/net').filter((link) => link.startsWith(settings.network.bridge)),
      [],
    );
    const groups = readdirSync('/sys/fs/cgroup').map((tree) => join('/sys/fs/cgroup', tree, 'kubets', name));
    assert.deepEqual([...groups, join('/sys/fs/cgroup/kubets', name)].filter(existsSync), []);
    assert.equal(await down({ layout, settings, graceMs: 0 }), false);
  });
});
