/**
 * KMS v2 (KEP-3299): values are encrypted here, by keys derived from a seed; the seed is encrypted by a plugin that keeps the real key,
 * and stands beside each value. The plugin is called for a new seed and for seeds never seen before, not for each value.
 *
 * Every minute (ten seconds while it fails) the plugin is asked for its status. A new key id there means a new seed; what was written with
 * another key id is stale from then on. While the status fails, values are read as long as their seeds are known, and written for three
 * minutes more (upstream: pkg/server/options/encryptionconfig/config.go).
 *
 * A value after its prefix is an EncryptedObject whose data are: info (32), nonce (12), sealed bytes, tag (16). Its key is the first block
 * of HKDF-Expand(seed, info) with SHA-256.
 */

import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Provider } from '#apiserver/encryption/configuration.ts';
import type { KmsMetrics } from '#apiserver/encryption/kms-metrics.ts';
import type { Decrypted, ValueTransformer } from '#apiserver/encryption/transformer.ts';
import { type Env, type Timer, uuid } from '#base/env.ts';
import { assert, messageOf } from '#base/errors.ts';
import { GrpcChannel } from '../grpc/grpc-channel.ts';
import { GrpcError } from '../grpc/grpc-error.ts';
import { decodeMessage, encodeMessage } from '../grpc/proto-codec.ts';
import { type Method, parseProto } from '../grpc/proto-schema.ts';
import { openGcm, sealGcm } from './ciphers.ts';

export type KmsProvider = Extract<Provider, { readonly type: 'kms' }>;

const healthyIntervalMs = 60_000;
const unhealthyIntervalMs = 10_000;
const writesWithoutStatusMs = 3 * 60_000;
const seedLength = 32;
const infoLength = 32;
/** Bounds of what a plugin may have stored beside each value. */
const maxKeyId = 1024;
const maxEncryptedSeed = 1024;
const maxAnnotations = 32 * 1024;
/** Seeds of earlier key ids and of other servers that are kept decrypted. */
const maxSeeds = 1000;

type Annotations = Readonly<Record<string, Uint8Array>>;

interface SealedSeed {
  readonly keyID: string;
  readonly encryptedDEKSource: Uint8Array;
  readonly annotations: Annotations;
}

interface EncryptedObject extends SealedSeed {
  readonly encryptedData: Uint8Array;
  readonly encryptedDEKSourceType: string;
}

interface WritingKey {
  readonly seed: Uint8Array;
  readonly sealed: SealedSeed;
}

const derivedType = 'HKDF_SHA256_XNONCE_AES_GCM_SEED';

export class KmsTransformer implements ValueTransformer {
  readonly prefix: string;
  /** Each plugin is a provider of its own. */
  readonly family: string;
  readonly noKey = 'no matching prefix found';
  private readonly env: Env;
  private readonly provider: KmsProvider;
  private readonly metrics: KmsMetrics;
  private readonly channel: GrpcChannel;
  private readonly seeds = new Map<string, Promise<Uint8Array>>();
  private writing: WritingKey | undefined;
  private writableUntilMs = 0;
  private problem: string | undefined = 'its status was not asked yet';
  private timer: Timer | undefined;
  private closed = false;

  constructor(env: Env, provider: KmsProvider, metrics: KmsMetrics) {
    this.env = env;
    this.metrics = metrics;
    this.provider = provider;
    this.prefix = `k8s:enc:kms:v2:${provider.name}:`;
    this.family = this.prefix;
    this.channel = new GrpcChannel(() => connect(provider.socket), { connectTimeoutMs: provider.timeoutMs });
  }

  /** Undefined when the plugin works. */
  get failure(): string | undefined {
    return this.problem;
  }

  /** Asks for the status, now and from time to time; never rejects. */
  async start(): Promise<void> {
    await this.refresh();
    if (this.closed) return;
    const delayMs = this.problem === undefined ? healthyIntervalMs : unhealthyIntervalMs;
    this.timer = this.env.clock.after(delayMs, () => void this.start());
  }

  close(): void {
    this.closed = true;
    this.timer?.cancel();
    this.channel.close();
  }

  mark(): string {
    return this.prefix + (this.writing?.sealed.keyID ?? '');
  }

  encrypt(value: Uint8Array, context: string): Uint8Array {
    const { writing } = this;
    if (!writing) throw new Error(`kmsv2 Provider ${this.provider.name} is not healthy, error: ${this.problem}`);
    if (this.env.clock.monotonic() > this.writableUntilMs) {
      throw new Error(`encryptedDEKSource of kmsv2 Provider ${this.provider.name} expired: ${this.problem ?? ''}`);
    }
    const encryptedData = sealDerived(writing.seed, value, context);
    this.metrics.used('to_storage', this.provider.name, writing.sealed.keyID);
    const object = { ...writing.sealed, encryptedData, encryptedDEKSourceType: derivedType };
    return encodeMessage(methods().value.request, object);
  }

  decrypt(stored: Uint8Array, context: string): Decrypted | Promise<Decrypted> {
    const object = decodeMessage(methods().value.response, stored) as unknown as EncryptedObject;
    const open = (seed: Uint8Array): Decrypted => {
      const data = object.encryptedData;
      const derived = object.encryptedDEKSourceType === derivedType;
      const value = derived ? openDerived(seed, data, context) : openGcm(seed, data, context);
      this.metrics.used('from_storage', this.provider.name, object.keyID);
      return { value, mark: this.prefix + object.keyID };
    };
    const { writing } = this;
    // Nearly always the seed in use: nothing to wait for.
    if (writing && Buffer.compare(writing.sealed.encryptedDEKSource, object.encryptedDEKSource) === 0)
      return open(writing.seed);
    return this.seedOf(object).then(open);
  }

  private seedOf(sealed: SealedSeed): Promise<Uint8Array> {
    const id = `${sealed.keyID} ${Buffer.from(sealed.encryptedDEKSource).toString('base64')}`;
    let seed = this.seeds.get(id);
    if (!seed) {
      seed = this.decryptSeed(sealed);
      this.seeds.set(id, seed);
      seed.catch(() => this.seeds.delete(id));
      if (this.seeds.size > maxSeeds) {
        for (const oldest of this.seeds.keys()) {
          this.seeds.delete(oldest);
          break;
        }
      }
    }
    this.metrics.keeps(this.provider.name, this.seeds.size);
    return seed;
  }

  private async decryptSeed({ keyID, encryptedDEKSource, annotations }: SealedSeed): Promise<Uint8Array> {
    const request = { ciphertext: encryptedDEKSource, keyId: keyID, annotations, uid: uuid(this.env.random) };
    try {
      return ((await this.call(methods().decrypt, request)) as { readonly plaintext: Uint8Array }).plaintext;
    } catch (error) {
      throw new Error(`failed to decrypt DEK, error: ${messageOf(error)}`, { cause: error });
    }
  }

  private async refresh(): Promise<void> {
    const before = this.problem;
    try {
      const validUntilMs = this.env.clock.monotonic() + writesWithoutStatusMs;
      const keyId = await this.statusKeyId();
      if (this.writing?.sealed.keyID !== keyId) this.writing = await this.newSeed(keyId);
      this.writableUntilMs = validUntilMs;
      this.problem = undefined;
    } catch (error) {
      this.problem = messageOf(error);
    }
    if (this.problem === before || this.closed) return;
    const fields = { provider: this.provider.name, error: this.problem };
    if (this.problem === undefined) this.env.log.info('KMS plugin works', { provider: this.provider.name });
    else this.env.log.error('KMS plugin fails', fields);
  }

  private async statusKeyId(): Promise<string> {
    const { version, healthz, keyId } = (await this.call(methods().status, {})) as Readonly<Record<string, string>>;
    if (healthz !== 'ok') throw new Error(`got unexpected healthz status: ${healthz}`);
    if (version !== 'v2' && version !== 'v2beta1') throw new Error(`expected KMSv2 API version v2, got ${version}`);
    try {
      const checked = checkedKeyId(keyId ?? '');
      this.metrics.told(this.provider.name, checked);
      return checked;
    } catch (error) {
      this.metrics.toldInvalid(this.provider.name, keyId ? 'too_long' : 'empty');
      throw error;
    }
  }

  private async newSeed(keyId: string): Promise<WritingKey> {
    const seed = randomBytes(seedLength);
    const answer = (await this.call(methods().encrypt, { plaintext: seed, uid: uuid(this.env.random) })) as {
      readonly ciphertext: Uint8Array;
      readonly keyId: string;
      readonly annotations: Annotations;
    };
    if (checkedKeyId(answer.keyId) !== keyId)
      throw new Error('the key id of the encryption is not that of the status: the key is being rotated');
    const { ciphertext, annotations } = answer;
    if (ciphertext.length === 0) throw new Error('encrypted DEK source is empty');
    if (ciphertext.length > maxEncryptedSeed)
      throw new Error(
        `encrypted DEK source is ${ciphertext.length} bytes, which exceeds the max size of ${maxEncryptedSeed}`,
      );
    checkAnnotations(annotations);
    return { seed, sealed: { keyID: keyId, encryptedDEKSource: ciphertext, annotations } };
  }

  private async call(method: Method, request: object): Promise<unknown> {
    const startedMs = this.env.clock.monotonic();
    const called = (code: string) =>
      this.metrics.called(this.provider.name, method.path, code, this.env.clock.monotonic() - startedMs);
    try {
      const answer = await this.channel.unary(method, request, { timeoutMs: this.provider.timeoutMs });
      called('OK');
      return answer;
    } catch (error) {
      called(error instanceof GrpcError ? error.code : 'unknown-non-grpc');
      if (!(error instanceof GrpcError)) throw error;
      throw new Error(`rpc error: code = ${error.code} desc = ${error.message}`, { cause: error });
    }
  }
}

/** Info and what the key derived with it has sealed. */
function sealDerived(seed: Uint8Array, value: Uint8Array, context: string): Uint8Array {
  const info = randomBytes(infoLength);
  return Buffer.concat([info, sealGcm(derivedKey(seed, info), value, context)]);
}

export function openDerived(seed: Uint8Array, data: Uint8Array, context: string): Uint8Array {
  if (data.length < infoLength) throw new Error('the stored data was shorter than the required size');
  return openGcm(derivedKey(seed, data.subarray(0, infoLength)), data.subarray(infoLength), context);
}

function derivedKey(seed: Uint8Array, info: Uint8Array): Uint8Array {
  return createHmac('sha256', seed).update(info).update(Uint8Array.of(1)).digest();
}

function checkedKeyId(keyId: string): string {
  if (keyId === '') throw new Error('keyID is empty');
  const length = Buffer.byteLength(keyId);
  if (length > maxKeyId) throw new Error(`keyID is ${length} bytes, which exceeds the max size of ${maxKeyId}`);
  return keyId;
}

function checkAnnotations(annotations: Annotations): void {
  let total = 0;
  for (const [key, value] of Object.entries(annotations)) {
    if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/.test(key))
      throw new Error(
        `annotation key ${JSON.stringify(key)} should be a domain with at least two segments separated by dots`,
      );
    total += Buffer.byteLength(key) + value.length;
  }
  if (total > maxAnnotations)
    throw new Error(`total size of annotations is ${total}, which exceeds the max size of ${maxAnnotations}`);
}

interface Methods {
  readonly status: Method;
  readonly encrypt: Method;
  readonly decrypt: Method;
  /** Not a call: its types are those of stored values. */
  readonly value: Method;
}

let loaded: Methods | undefined;

function methods(): Methods {
  loaded ??= loadMethods();
  return loaded;
}

function loadMethods(): Methods {
  const services = parseProto(readFileSync(new URL('kms-v2.proto', import.meta.url), 'utf8'));
  const method = (service: string, name: string): Method => {
    const found = services.get(`v2.${service}`)?.methods.get(name);
    assert(found, `kms-v2.proto has no ${service}.${name}`);
    return found;
  };
  return {
    status: method('KeyManagementService', 'Status'),
    encrypt: method('KeyManagementService', 'Encrypt'),
    decrypt: method('KeyManagementService', 'Decrypt'),
    value: method('Stored', 'Value'),
  };
}
