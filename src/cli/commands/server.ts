/** kubets server: a control plane without nodes, in the foreground. */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { wholeNumber } from '../cluster-choice.ts';
import { append, serverFlagsOf, serverOptionsOf } from '../server-flags.ts';

interface ServerFlagsTyped {
  readonly dataDir: string;
  readonly pkiDir?: string;
  readonly apiPort: number;
  readonly apiSan: readonly string[];
  readonly serviceCidr?: string;
  readonly store?: string;
  readonly onlyApiServer: boolean;
}

export function addServer(program: Command): void {
  const command = program
    .command('server')
    .description(
      'run an API server with controllers and scheduler, without nodes and without root, until it is interrupted',
    )
    .option('--data-dir <directory>', 'its certificates, store and kubeconfig', 'kubets-server')
    .option('--pki-dir <directory>', 'certificates of another server on the same store')
    .option('--api-port <port>', 'port of the API server', wholeNumber(1), 6443)
    .option('--api-san <name>', 'another name or address for the API server; may be repeated', append, [])
    .option('--service-cidr <range>', 'addresses of services (default: 10.96.0.0/12)')
    .option('--store <location>', 'where the state lives: sqlite, memory, etcd://HOST:PORT[,...] or etcds://')
    .option('--only-api-server', 'no controllers and no scheduler: others run them, or nobody', false);
  for (const option of serverOptionsOf()) command.addOption(option);
  command.action(async (flags: ServerFlagsTyped) => {
    const [{ runStandaloneServer }, { createNodeEnv }] = await Promise.all([
      import('#cluster/standalone-server.ts'),
      import('#platform/node/env.ts'),
    ]);
    const ending = new AbortController();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort());
    const { pkiDir, apiPort, apiSan, serviceCidr, store, onlyApiServer } = flags;
    const onServing = (kubeconfig: string) => {
      console.log(`API server at https://127.0.0.1:${apiPort}; try: kubectl --kubeconfig ${kubeconfig} get namespaces`);
    };
    const options = {
      env: createNodeEnv({ component: 'server' }),
      dataDir: resolve(flags.dataDir),
      pkiDir: pkiDir && resolve(pkiDir),
      apiPort,
      apiNames: apiSan,
      serviceCidr,
      store,
      onlyApiServer,
      serverFlags: serverFlagsOf(flags),
    };
    try {
      await runStandaloneServer(options, onServing, ending.signal);
    } finally {
      // What a server had begun when it failed would keep the process alive; the failure is told first.
      setImmediate(() => process.exit());
    }
  });
}
