/** Bootstrap tokens: 'abcdef.0123456789abcdef', kept as secrets of kube-system, for nodes that join. */

import type { UserInfo } from '#api/request.ts';
import type { Env } from '#base/env.ts';
import type { Secret } from '#kinds/generated/core-v1.ts';
import type { CollectionName, LiveObjects } from '../live-objects.ts';

const secrets: CollectionName = '/secrets';
const pattern = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const defaultGroup = 'system:bootstrappers';
const groupPattern = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

export function createBootstrapTokenAuthenticator(
  objects: LiveObjects,
  env: Env,
): (token: string) => Promise<UserInfo | undefined> {
  return async (token) => {
    const match = pattern.exec(token);
    if (!match) return undefined;
    const [, id = '', secretPart = ''] = match;
    await objects.load(secrets);
    const secret = objects.get(secrets, 'kube-system', `bootstrap-token-${id}`) as Secret | undefined;
    if (!secret || secret.type !== 'bootstrap.kubernetes.io/token' || secret.metadata?.deletionTimestamp)
      return undefined;
    const field = (name: string) => decodeText(secret.data?.[name]);
    const expiration = field('expiration');
    const expired = expiration !== '' && !(Date.parse(expiration) > env.clock.now());
    const matches = field('token-id') === id && equalInConstantTime(field('token-secret'), secretPart);
    if (!matches || expired || field('usage-bootstrap-authentication') !== 'true') return undefined;
    const extraGroups = field('auth-extra-groups');
    const groups = new Set([defaultGroup, ...(extraGroups === '' ? [] : extraGroups.split(','))]);
    // One group that may not be given spoils the token: nobody meant it to be half of what it says.
    if (![...groups].every((group) => group === defaultGroup || groupPattern.test(group))) return undefined;
    return { username: `system:bootstrap:${id}`, groups: [...groups].sort() };
  };
}

function decodeText(base64: string | undefined): string {
  return base64 === undefined ? '' : new TextDecoder().decode(Uint8Array.fromBase64(base64));
}

/** The time does not tell how much of the secret was right. */
function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < b.length; index++) difference |= (a.charCodeAt(index) || 0) ^ b.charCodeAt(index);
  return difference === 0;
}
