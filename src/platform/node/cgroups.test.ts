import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectCgroups } from './cgroups.ts';

const v1 = [
  'tmpfs /sys/fs/cgroup tmpfs rw 0 0',
  'cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0',
  'cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0',
];
const named = 'cgroup /sys/fs/cgroup/systemd cgroup rw,xattr,name=systemd 0 0';

const cases = [
  {
    name: 'version 1',
    mounts: v1,
    expected: {
      layout: 'v1',
      trees: [
        { mountPoint: '/sys/fs/cgroup/memory', controllers: ['memory'] },
        { mountPoint: '/sys/fs/cgroup/cpu,cpuacct', controllers: ['cpu', 'cpuacct'] },
      ],
      unused: undefined,
    },
  },
  {
    name: 'hybrid: the version 2 tree limits nothing',
    mounts: [v1[1], named, 'cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0'],
    expected: {
      layout: 'hybrid',
      trees: [
        { mountPoint: '/sys/fs/cgroup/memory', controllers: ['memory'] },
        { mountPoint: '/sys/fs/cgroup/systemd', controllers: ['name=systemd'] },
      ],
      unused: { mountPoint: '/sys/fs/cgroup/unified', controllers: [] },
    },
  },
  {
    name: 'version 2',
    mounts: ['cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0'],
    expected: { layout: 'v2', trees: [{ mountPoint: '/sys/fs/cgroup', controllers: [] }], unused: undefined },
  },
  { name: 'none', mounts: ['proc /proc proc rw 0 0'], expected: { layout: 'none', trees: [], unused: undefined } },
];

for (const { name, mounts, expected } of cases) {
  test(`detectCgroups: ${name}`, () => assert.deepEqual(detectCgroups(mounts.join('\n')), expected));
}
