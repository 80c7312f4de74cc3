/** What the kubelet's server answers of /stats/summary and the Prometheus endpoints. */

import type { Env } from '#base/env.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import type { KubeletConfig } from '../config.ts';
import type { KubeletPorts } from '../ports.ts';
import { cadvisorMetrics, kubeletMetrics, resourceMetrics } from './metrics.ts';
import { createStats, type Summary } from './summary.ts';

export interface StatsProviderConfig {
  readonly env: Env;
  readonly config: Pick<KubeletConfig, 'nodeName' | 'rootDirectory'>;
  readonly ports: KubeletPorts;
  /** Pods of this node with their statuses. */
  readonly pods: () => readonly Pod[];
}

export class StatsProvider {
  readonly summary: () => Promise<Summary>;
  private readonly config: StatsProviderConfig;

  constructor(config: StatsProviderConfig) {
    this.config = config;
    const { env, ports, pods } = config;
    const { nodeName, rootDirectory } = config.config;
    this.summary = createStats({ nodeName, clock: env.clock, ports, pods, rootDirectory });
  }

  /** Prometheus text. */
  async metrics(endpoint: 'kubelet' | 'cadvisor' | 'resource' | 'probes'): Promise<string> {
    const { config, ports, pods } = this.config;
    switch (endpoint) {
      case 'kubelet':
        return kubeletMetrics(config.nodeName, pods());
      case 'resource':
        return resourceMetrics(await this.summary());
      case 'cadvisor':
        return cadvisorMetrics(await this.summary(), await ports.machine.info());
      case 'probes':
        return '';
    }
  }
}
