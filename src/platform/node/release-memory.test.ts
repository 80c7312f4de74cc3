import assert from 'node:assert/strict';
import { test } from 'node:test';
import { residentBytes } from './process-table.ts';
import { cleanFileRanges, memoryReleaser } from './release-memory.ts';

const smaps = `00400000-00b9f000 r--p 00000000 fe:00 131                                /usr/bin/node
Size:               7804 kB
Rss:                1804 kB
Anonymous:             0 kB
VmFlags: rd mr mw me sd
00b9f000-02a0f000 r-xp 0079f000 fe:00 131                                /usr/bin/node
Rss:               25300 kB
Private_Dirty:         0 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me sd
05200000-05240000 r--p 04e00000 fe:00 131                                /usr/bin/node
Rss:                 256 kB
Private_Dirty:        24 kB
Anonymous:            24 kB
VmFlags: rd mr mw me ac sd
05240000-05260000 rw-p 04e40000 fe:00 131                                /usr/bin/node
Anonymous:             0 kB
7f0000000000-7f0000001000 r--s 00000000 fe:00 140                        /var/lib/store.db-shm
Anonymous:             0 kB
7f0000002000-7f0000003000 r-xp 00000000 00:00 0
Anonymous:             0 kB
7f0000004000-7f0000005000 r-xp 00000000 00:00 0                          [vdso]
Anonymous:             0 kB
7f0000006000-7f0000008000 r--p 00000000 fe:00 150                        /usr/lib/x86_64-linux-gnu/libm.so.6
Anonymous:             0 kB
`;

test('cleanFileRanges: private mappings of files that are read only and without own pages', () => {
  assert.deepEqual(cleanFileRanges(smaps), [
    { start: 0x400000n, bytes: 0x79f000n },
    { start: 0xb9f000n, bytes: 0x1e70000n },
    { start: 0x7f0000006000n, bytes: 0x2000n },
  ]);
});

test('memoryReleaser: the process holds less and works on', async () => {
  const release = await memoryReleaser();
  assert.ok(release);
  const before = residentBytes(process.pid);
  release();
  const after = residentBytes(process.pid);
  assert.ok(before - after > 10 << 20, `${before} bytes before, ${after} after`);
  assert.deepEqual(JSON.parse('{"a":[1,2]}'), { a: [1, 2] });
});
