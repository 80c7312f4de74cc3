/** What a volume type is to the pod worker: something that is set up before containers start and torn down after the last has gone. */

import type { Volume } from '#kinds/generated/core-v1.ts';
import type { ImageSpec } from '../cri/runtime.ts';
import type { NodePod } from '../pod/node-pod.ts';
import type { Mounts, NodeFiles } from '../ports.ts';
import type { PayloadContext } from './payload.ts';

/** A volume that containers can mount. */
export interface MountedVolume {
  /** On the node; '' for an image. */
  readonly path: string;
  readonly readOnly: boolean;
  /** The runtime mounts an image by itself. */
  readonly image?: ImageSpec;
}

export interface VolumeContext extends Omit<PayloadContext, 'pod'> {
  readonly files: NodeFiles;
  readonly mounts: Mounts;
  readonly nowMs: () => number;
  readonly rootDirectory: string;
}

export interface VolumeType {
  /** Upstream's name, escaped as directories are named: 'kubernetes.io~empty-dir'. */
  readonly plugin: string;
  supports(volume: Volume): boolean;
  /** Idempotent; also called again to bring the content up to date. */
  setUp(volume: Volume, pod: NodePod, context: VolumeContext): Promise<MountedVolume>;
  /** Content follows API objects and the pod's own metadata. */
  readonly refreshes: boolean;
}
