import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cniConfig } from './cni-config.ts';
import { containerdConfig } from './containerd-config.ts';
import { hostRules } from './host-rules.ts';
import { clusterLayout, nodeLayout } from './layout.ts';
import { planNetwork, planNode } from './network-plan.ts';
import { hostLinkCommands, nodeLinkCommands, nodeMountScript, quote } from './node-script.ts';

const network = planNetwork('kubets', {}, []);
const [first, second] = [planNode('kubets', network, 1), planNode('kubets', network, 2)];
const layout = nodeLayout(clusterLayout('kubets', '/data'), 'node1');

test('containerdConfig names only paths of this node, in the format of the version', () => {
  const options = {
    layout,
    runtimes: [
      { name: 'crun', path: '/usr/bin/crun' },
      { name: 'runc', path: '/usr/sbin/runc' },
    ] as const,
    cniBin: '/usr/lib/cni',
    pauseImage: 'kubets.local/pause:1',
    restrictOomScoreAdj: true,
    appArmor: false,
  };
  const old = containerdConfig({ ...options, version: [1, 6, 20] });
  assert.match(old, /^version = 2$/m);
  assert.match(old, /^ {2}sandbox_image = "kubets.local\/pause:1"$/m);
  assert.match(old, /^ {2}default_runtime_name = "crun"$/m);
  const current = containerdConfig({ ...options, version: [2, 1, 9] });
  assert.match(current, /^version = 3$/m);
  assert.match(current, /pinned_images\]\n {2}sandbox = "kubets.local\/pause:1"$/m);
  for (const text of [old, current]) {
    const paths = [...text.matchAll(/= "(\/[^"]+)"/g)].map(([, path = '']) => path);
    const elsewhere = paths.filter(
      (path) => !path.startsWith('/data/') && !path.startsWith('/run/kubets/kubets/node1/'),
    );
    assert.deepEqual([...new Set(elsewhere)], ['/usr/lib/cni', '/usr/bin/crun', '/usr/sbin/runc']);
  }
});

test('cniConfig gives pods addresses of the node and a default route', () => {
  const [bridge, portmap] = JSON.parse(cniConfig(network, first, layout)).plugins;
  assert.deepEqual(bridge.ipam.ranges, [[{ subnet: '10.244.1.0/24' }]]);
  assert.deepEqual(bridge.ipam.routes, [{ dst: '0.0.0.0/0' }]);
  assert.equal(bridge.ipMasq, false);
  assert.equal(portmap.capabilities.portMappings, true);
});

test('hostRules translate what leaves the cluster, and lead node ports to the first node only with a door', () => {
  const rules = (door: typeof first | undefined) =>
    hostRules({ table: 'kubets', network, door, nodePorts: '30000-32767' });
  assert.match(
    rules(undefined),
    /ip saddr \{ 10\.197\.0\.0\/24, 10\.244\.0\.0\/16 \} oifname != "kb-kubets" masquerade/,
  );
  assert.doesNotMatch(rules(undefined), /dnat/);
  assert.equal(rules(first).match(/th dport 30000-32767 dnat to 10\.197\.0\.11/g)?.length, 2);
});

test('link commands connect a node to the host and to the pods of the others', () => {
  assert.equal(
    hostLinkCommands(network, first),
    `link add kb-kubets-1 mtu 1500 type veth peer name eth0 mtu 1500 netns kubets-node1
link set kb-kubets-1 master kb-kubets up
route replace 10.244.1.0/24 via 10.197.0.11 dev kb-kubets
`,
  );
  assert.equal(
    nodeLinkCommands(network, first, [second]),
    `link set lo up
addr replace 10.197.0.11/24 dev eth0
link set eth0 up
route replace default via 10.197.0.1
link add cni0 address 0a:58:0a:f4:01:01 mtu 1500 type bridge
addr replace 10.244.1.1/24 dev cni0
link set cni0 up
route replace 10.244.2.0/24 via 10.197.0.12 dev eth0
`,
  );
});

test('nodeMountScript survives any path', () => {
  const odd = nodeLayout(clusterLayout('kubets', "/it's $HOME"), 'node1');
  const script = nodeMountScript(first, odd, { hiddenCgroups: ['/sys/fs/cgroup/unified'] });
  assert.match(script, /^umount '\/sys\/fs\/cgroup\/unified'$/m);
  assert.ok(script.includes(`mount --bind '/it'\\''s $HOME/nodes/node1/kubelet' /var/lib/kubelet`));
  assert.equal(quote("a'b"), `'a'\\''b'`);
});
