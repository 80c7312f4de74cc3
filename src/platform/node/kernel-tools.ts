/** KernelTools of the service proxy: nft and conntrack as child processes (about 20 ms a call). */

import type { KernelTools } from '#proxy/data-plane.ts';
import { ExecError, exec, tryExec } from './exec.ts';

export const kernelTools: KernelTools = {
  async nft(script, signal) {
    await exec('nft', ['-f', '-'], { input: script, signal });
  },
  async conntrackDelete(args, signal) {
    const result = await tryExec('conntrack', ['-D', ...args], { signal });
    // Its exit status is 1 both for a failure and for nothing to delete; only the latter prints the count.
    if (result.code !== 0 && !result.stderr.includes('0 flow entries')) {
      throw new ExecError('conntrack', ['-D', ...args], result.code, result.stderr);
    }
  },
};
