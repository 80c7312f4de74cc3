/** image: an OCI image as a read-only volume (KEP-4639); the runtime mounts it when the container is made. */

import type { VolumeType } from '../volume.ts';

export const image: VolumeType = {
  plugin: 'kubernetes.io~image',
  refreshes: false,
  supports: (volume) => volume.image !== undefined,
  async setUp(volume) {
    return { path: '', readOnly: true, image: { image: volume.image?.reference ?? '' } };
  },
};
