/** Defaults of secrets: stringData is a write-only convenience that becomes data. */

import type { Draft } from '#base/edit.ts';
import type { Secret } from '#kinds/generated/core-v1.ts';

export function defaultSecret(secret: Draft<Secret>): void {
  secret.type ||= 'Opaque';
  if (!secret.stringData) return;
  secret.data ??= {};
  const encoder = new TextEncoder();
  for (const [key, text] of Object.entries(secret.stringData)) secret.data[key] = encoder.encode(text).toBase64();
  delete secret.stringData;
}
