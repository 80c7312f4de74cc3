/**
 * Configuration of a node's own containerd: its own root, state, sockets and OCI state, so that any number of them, and one that
 * the machine already runs, do not know of each other. Version 2 of the format for containerd 1.6 and 1.7, version 3 from 2.0.
 */

import type { NodeLayout } from './layout.ts';
import { isAtLeast, type OciRuntime, type Version } from './runtime.ts';

export interface ContainerdOptions {
  readonly version: Version;
  readonly layout: NodeLayout;
  /** The first one is the default; all can be named by a RuntimeClass's handler. */
  readonly runtimes: readonly OciRuntime[];
  readonly cniBin: string;
  readonly pauseImage: string;
  /** Without CAP_SYS_RESOURCE the kernel refuses to lower oom_score_adj. */
  readonly restrictOomScoreAdj: boolean;
  readonly appArmor: boolean;
}

export function containerdConfig(options: ContainerdOptions): string {
  const { layout } = options;
  const common = [
    `root = ${quote(layout.containerdRoot)}`,
    `state = ${quote(layout.containerdState)}`,
    'oom_score = 0',
    '[grpc]',
    `  address = ${quote(layout.containerdSocket)}`,
    '[ttrpc]',
    `  address = ${quote(`${layout.containerdSocket}.ttrpc`)}`,
    '[plugins."io.containerd.internal.v1.opt"]',
    `  path = ${quote(layout.optPath)}`,
  ];
  const lines = isAtLeast(options.version, [2, 0, 0]) ? version3(options) : version2(options);
  return `${[...lines.header, ...common, ...lines.plugins].join('\n')}\n`;
}

interface Lines {
  readonly header: readonly string[];
  readonly plugins: readonly string[];
}

function version2(options: ContainerdOptions): Lines {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return {
    header: ['version = 2'],
    plugins: [
      `[${cri}]`,
      ...criSettings(options),
      `  sandbox_image = ${quote(options.pauseImage)}`,
      '  stream_server_address = "127.0.0.1"',
      '  stream_server_port = "0"',
      '  enable_tls_streaming = false',
      `[${cri}.cni]`,
      ...cniSettings(options),
      `[${cri}.registry]`,
      `  config_path = ${quote(options.layout.registries)}`,
      ...runtimeSettings(options, `${cri}.containerd`),
    ],
  };
}

function version3(options: ContainerdOptions): Lines {
  const images = 'plugins."io.containerd.cri.v1.images"';
  const runtime = 'plugins."io.containerd.cri.v1.runtime"';
  return {
    header: ['version = 3'],
    plugins: [
      `[${images}.pinned_images]`,
      `  sandbox = ${quote(options.pauseImage)}`,
      `[${images}.registry]`,
      `  config_path = ${quote(options.layout.registries)}`,
      `[${runtime}]`,
      ...criSettings(options),
      `[${runtime}.cni]`,
      ...cniSettings(options),
      ...runtimeSettings(options, `${runtime}.containerd`),
      '[plugins."io.containerd.grpc.v1.cri"]',
      '  stream_server_address = "127.0.0.1"',
      '  stream_server_port = "0"',
    ],
  };
}

function criSettings(options: ContainerdOptions): readonly string[] {
  return [
    `  restrict_oom_score_adj = ${options.restrictOomScoreAdj}`,
    `  disable_apparmor = ${!options.appArmor}`,
    '  enable_unprivileged_icmp = false',
    '  enable_unprivileged_ports = false',
    '  netns_mounts_under_state_dir = true',
    '  max_container_log_line_size = 16384',
  ];
}

function cniSettings(options: ContainerdOptions): readonly string[] {
  return [`  bin_dir = ${quote(options.cniBin)}`, `  conf_dir = ${quote(options.layout.cniConfig)}`];
}

function runtimeSettings(options: ContainerdOptions, table: string): readonly string[] {
  const [first] = options.runtimes;
  const handler = (name: string, runtime: OciRuntime) => [
    `[${table}.runtimes.${name}]`,
    '  runtime_type = "io.containerd.runc.v2"',
    `[${table}.runtimes.${name}.options]`,
    `  BinaryName = ${quote(runtime.path)}`,
    // The default root is shared by every containerd of the machine.
    `  Root = ${quote(`${options.layout.ociState}/${name}`)}`,
    '  SystemdCgroup = false',
  ];
  return [
    `[${table}]`,
    `  default_runtime_name = ${quote(first?.name ?? 'runc')}`,
    '  snapshotter = "overlayfs"',
    ...options.runtimes.flatMap((runtime) => handler(runtime.name, runtime)),
    // Upstream's end-to-end tests expect a handler of this name on a node whose runtime has several.
    ...(first ? handler('test-handler', first) : []),
  ];
}

/** A TOML basic string. */
function quote(text: string): string {
  return JSON.stringify(text);
}
