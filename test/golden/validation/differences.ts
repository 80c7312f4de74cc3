/** Golden answers that ours differ from, by 'folder/kind: case', with the reason. */

export const differences: Readonly<Record<string, string>> = {
  'core/config-map: finalizer without a domain':
    'metadata is validated for all kinds alike; upstream has one more rule for finalizers of built-in kinds than of custom ones',
  'core/secret: data that is no base64': 'the codec words it as for unrecognized objects',
};
