/** Configuration of a kubelet: the parts of upstream's KubeletConfiguration (kubelet.config.k8s.io/v1beta1) that are served, under its names. */

export interface KubeletConfig {
  readonly nodeName: string;
  /** Answer of `kubectl get nodes -o wide`; found by the machine's default route when absent. */
  readonly nodeIPs?: readonly string[];
  readonly nodeLabels?: Readonly<Record<string, string>>;
  readonly registerWithTaints?: readonly {
    readonly key: string;
    readonly value?: string;
    readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  }[];
  readonly registerNode?: boolean;
  /** Of the kubelet's own server, as published in the node's status. */
  readonly port: number;
  /** 'v1.36.3' */
  readonly version: string;
  readonly rootDirectory: string;
  readonly podLogsDirectory: string;
  readonly containerLogsDirectory: string;
  readonly resolvConf: string;
  readonly clusterDNS: readonly string[];
  readonly clusterDomain: string;
  /** Parent of kubepods: '/' or '/kubets/NAME/node1'. */
  readonly cgroupRoot: string;
  readonly maxPods: number;
  /** Processes in one pod; -1 is no limit. */
  readonly podPidsLimit: number;
  readonly seccompDefault: boolean;
  readonly allowedUnsafeSysctls: readonly string[];
  readonly staticPodPath?: string;
  /** Kept back for the system, as quantities by resource. */
  readonly systemReserved: Readonly<Record<string, string>>;
  readonly containerLogMaxSizeBytes: number;
  readonly containerLogMaxFiles: number;
  readonly imageGCHighThresholdPercent: number;
  readonly imageGCLowThresholdPercent: number;
  readonly imageMinimumGCAgeMs: number;
  /** Dead containers kept of each container. */
  readonly maxPerPodContainerCount: number;
  readonly nodeStatusUpdateFrequencyMs: number;
  readonly nodeStatusReportFrequencyMs: number;
  readonly nodeLeaseDurationSeconds: number;
  /** Time between full looks at pods whose volumes may have new content (and at what events missed). */
  readonly syncFrequencyMs: number;
  readonly crashLoopBackOff: { readonly initialMs: number; readonly maxMs: number };
  readonly imagePullBackOff: { readonly initialMs: number; readonly maxMs: number };
  /** Never collected: the pause image. */
  readonly sandboxImage: string;
}

/** Upstream's defaults (pkg/kubelet/apis/config/v1beta1/defaults.go). */
export const kubeletDefaults = {
  port: 10250,
  version: 'v1.36.3',
  rootDirectory: '/var/lib/kubelet',
  podLogsDirectory: '/var/log/pods',
  containerLogsDirectory: '/var/log/containers',
  resolvConf: '/etc/resolv.conf',
  clusterDNS: [] as readonly string[],
  clusterDomain: 'cluster.local',
  cgroupRoot: '/',
  maxPods: 110,
  podPidsLimit: -1,
  seccompDefault: false,
  allowedUnsafeSysctls: [] as readonly string[],
  systemReserved: {} as Readonly<Record<string, string>>,
  containerLogMaxSizeBytes: 10 << 20,
  containerLogMaxFiles: 5,
  imageGCHighThresholdPercent: 85,
  imageGCLowThresholdPercent: 80,
  imageMinimumGCAgeMs: 2 * 60_000,
  maxPerPodContainerCount: 1,
  nodeStatusUpdateFrequencyMs: 10_000,
  nodeStatusReportFrequencyMs: 5 * 60_000,
  nodeLeaseDurationSeconds: 40,
  syncFrequencyMs: 60_000,
  crashLoopBackOff: { initialMs: 10_000, maxMs: 5 * 60_000 },
  imagePullBackOff: { initialMs: 10_000, maxMs: 5 * 60_000 },
  sandboxImage: 'registry.k8s.io/pause:3.10.2',
} as const satisfies Omit<KubeletConfig, 'nodeName'>;

export function kubeletConfig(given: Pick<KubeletConfig, 'nodeName'> & Partial<KubeletConfig>): KubeletConfig {
  return { ...kubeletDefaults, ...given };
}
