/** kubets demo: the guestbook, from nothing to a URL. */

import type { Command } from 'commander';
import { startCluster, type UpFlags, withUpOptions } from './up.ts';

export function addDemo(program: Command): void {
  withUpOptions(program.command('demo'))
    .description('start the cluster and deploy the guestbook (examples/guestbook)')
    .action(async (flags: UpFlags) => {
      const { deployGuestbook, guestbookImages } = await import('#cluster/guestbook.ts');
      // Built while the cluster starts; what goes wrong is said after the cluster is up.
      const images = guestbookImages((line) => console.log(`  ${line}`));
      images.catch(() => {});
      const { layout, settings } = await startCluster(flags);
      const urls = await deployGuestbook(layout, settings, await images, (line) => console.log(`  ${line}`));
      console.log(`\nThe guestbook is open: ${urls[0]}`);
      for (const url of urls.slice(1)) console.log(`                       ${url}`);
    });
}
