/** What the parts of this server say of themselves (componentstatuses). The store is called as upstream calls its own. */

import type { ComponentChecks } from '#apiserver/actions/component-status.ts';
import type { Store } from '#store/store.ts';

const parts = ['controller-manager', 'scheduler'] as const;
type Part = (typeof parts)[number];

export interface Components {
  readonly checks: ComponentChecks;
  /** From now on, until `stopped`, the part is well. */
  runs(part: Part, stopped: Promise<void>): void;
}

export function createComponents(store: Store): Components {
  const running = new Set<Part>();
  const isRunning = (part: Part) => (): void => {
    if (!running.has(part)) throw new Error(`${part} does not run`);
  };
  const readStore = async (): Promise<void> => {
    await store.get('/registry/health');
  };
  const checks = Object.fromEntries(parts.map((part) => [part, isRunning(part)]));
  return {
    checks: { ...checks, 'etcd-0': readStore },
    runs(part, stopped) {
      running.add(part);
      const ended = () => running.delete(part);
      stopped.then(ended, ended);
    },
  };
}
