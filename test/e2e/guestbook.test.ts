/**
 * The main job, as a person does it: `kubets demo --nodes 3`, a browser on each of the three nodes, and everything killed in turn.
 */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { clusterLayout } from '#cluster/machine/layout.ts';
import { connectClient, type RemoteClient } from '#cluster/remote-client.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { exec } from '#platform/node/exec.ts';
import { isRoot } from '#platform/node/machine-facts.ts';
import { Browser, canHaveChromium } from './chromium.ts';
import { keepArtifact, mustKubets, TestCluster } from './support.ts';

const canRun = isRoot() && (await canHaveChromium());

describe('guestbook', { skip: canRun ? false : 'needs root and Debian packages' }, () => {
  let cluster: TestCluster;
  let browser: Browser;
  let api: RemoteClient;
  let urls: readonly string[] = [];

  before(async () => {
    cluster = await TestCluster.create('guestbook');
    const args = ['demo', ...cluster.flags, '--api-port', String(cluster.apiPort), '--nodes', '3', '--timeout', '60'];
    const output = await mustKubets(args, cluster.env);
    urls = [...output.matchAll(/http:\/\/10\.[\d.]+:30001/g)].map(([url]) => url);
    api = connectClient({
      pki: clusterLayout(cluster.name, join(cluster.directory, 'data')).pki,
      certificate: 'admin',
      server: `https://127.0.0.1:${cluster.apiPort}`,
    });
    browser = await Browser.start();
  });
  after(async () => {
    await browser?.close();
    api?.close();
    await cluster.remove();
  });

  const shows = (words: string) =>
    `[...document.querySelectorAll('#entries .text')].some((e) => e.textContent === ${JSON.stringify(words)})`;

  async function sign(url: string, words: string): Promise<void> {
    await browser.open(url);
    await browser.evaluate("document.getElementById('text').focus()");
    await browser.type(words);
    await browser.press('Enter');
    await browser.until(shows(words));
  }

  /** A reload shows the words: they come from the store, and not from the page. */
  async function isShownOn(url: string, words: string): Promise<void> {
    // The proxies learn of new pods a moment after the API does: until then the page is reloaded, as a person would.
    for (let attempt = 0; ; attempt++) {
      try {
        await browser.open(url);
        break;
      } catch (error) {
        if (attempt === 10) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    await browser.until(shows(words));
  }

  async function frontends(): Promise<readonly Pod[]> {
    return (await api.client.list(Pods, { namespace: 'default', labelSelector: 'name=frontend' })).items;
  }

  /** Waits until the guestbook's pods are as wanted. */
  async function untilPods(wanted: (pods: readonly Pod[]) => boolean): Promise<void> {
    const signal = AbortSignal.timeout(60_000);
    while (true) {
      const { items, resourceVersion } = await api.client.list(Pods, { namespace: 'default' });
      if (wanted(items)) return;
      for await (const _ of api.client.watch(Pods, { namespace: 'default', resourceVersion, signal })) break;
    }
  }
  const isReady = (pod: Pod) =>
    pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  const isFrontend = (pod: Pod) => pod.metadata?.labels?.name === 'frontend';

  test('three nodes have three addresses, and the pods are spread over them', async () => {
    assert.equal(new Set(urls).size, 3);
    const pods = await api.client.list(Pods, { namespace: 'default' });
    assert.equal(pods.items.length, 6);
    assert.deepEqual(new Set(pods.items.map((pod) => pod.spec?.nodeName)), new Set(['node1', 'node2', 'node3']));
  });

  test('a browser posts "hello,world" and sees it after a reload, on every node', async () => {
    await sign(urls[0] ?? '', 'hello,world');
    for (const url of urls) await isShownOn(url, 'hello,world');
    keepArtifact('guestbook.png', await browser.screenshot());
  });

  test('again after every frontend pod was killed', async () => {
    const former = await frontends();
    for (const pod of former) {
      await api.client.delete(
        Pods,
        { namespace: 'default', name: pod.metadata?.name ?? '' },
        { gracePeriodSeconds: 0 },
      );
    }
    const uids = new Set(former.map((pod) => pod.metadata?.uid));
    await untilPods((pods) => {
      const now = pods.filter(isFrontend);
      return now.length === 3 && now.every((pod) => isReady(pod) && !uids.has(pod.metadata?.uid));
    });
    for (const url of urls) await isShownOn(url, 'hello,world');
  });

  for (const unit of ['server', 'agent-node1', 'containerd-node2', 'supervisor']) {
    test(`again after kill -9 of ${unit}: it heals, and no container was started again for it`, async () => {
      const before = await frontends();
      const pid = await cluster.pidOf(unit);
      process.kill(pid, 'SIGKILL');
      // The page does not need what died.
      await isShownOn(urls[1] ?? '', 'hello,world');
      await cluster.untilReady();
      assert.notEqual(await cluster.pidOf(unit), pid);
      await sign(urls[2] ?? '', `after ${unit}`);
      const states = (pods: readonly Pod[]) =>
        pods
          .map(({ metadata, status }) => [
            metadata?.uid,
            status?.containerStatuses?.map((c) => [c.containerID, c.restartCount]),
          ])
          .sort();
      assert.deepEqual(states(await frontends()), states(before));
    });
  }

  test('down leaves nothing; up brings the same cluster back', async () => {
    const uids = async () =>
      (await api.client.list(Pods, { namespace: 'default' })).items.map((pod) => pod.metadata?.uid).sort();
    const before = await uids();
    await cluster.run('down');
    assert.doesNotMatch(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(cluster.name));
    const namespaces = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
    assert.deepEqual(
      namespaces.filter((entry) => entry.includes(cluster.name)),
      [],
    );
    assert.doesNotMatch(await exec('nft', ['list', 'tables']), new RegExp(cluster.name));
    await cluster.up();
    assert.deepEqual(await uids(), before);
    // The containers are new ones, of the same pods.
    await untilPods((pods) =>
      pods.every((pod) => isReady(pod) && (pod.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0),
    );
    await sign(urls[0] ?? '', 'after down and up');
    await isShownOn(urls[2] ?? '', 'after down and up');
  });
});
