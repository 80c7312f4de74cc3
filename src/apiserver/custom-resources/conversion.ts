/**
 * ConversionWebhook: converts the objects of one CustomResourceDefinition between its versions by asking the webhook that the definition
 * names (spec.conversion). What comes back is read as a body of that version would be: metadata checked, other content pruned.
 */

import { newPlainError } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { deepFreeze, mutableCopy } from '#base/edit.ts';
import { uuid } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import { postToWebhook, type WebhookCaller, webhookUrl } from '../webhook/post.ts';
import type { CustomCodec } from './codec.ts';
import { ConversionError, readConverted, reviewOf, reviewVersionOf } from './conversion-review.ts';
import type { ConversionWebhookConfig } from './json-schema.ts';

/** Upstream's client of conversion webhooks waits this long. */
const timeoutSeconds = 30;
/**
 * Objects go out in calls of so many at most, and of so long a text unless it is one object: an answer has a bound (9 MiB), and so has what is held for
 * one.
 */
const objectsPerCall = 1000;
const lengthPerCall = 2 << 20;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface ConversionWebhookOptions {
  /** Absent: this server calls no webhooks. */
  readonly caller: WebhookCaller | undefined;
  readonly config: ConversionWebhookConfig;
  /** By apiVersion, of every version that objects may be stored or shown in. */
  readonly codecs: ReadonlyMap<string, CustomCodec>;
}

export class ConversionWebhook {
  private readonly options: ConversionWebhookOptions;

  constructor(options: ConversionWebhookOptions) {
    this.options = options;
  }

  /**
   * The objects in this version, frozen, in their order; those that are in it already are not sent. Defaults of the version that an
   * object comes in are set before. Rejects with upstream's sentence when one cannot be converted.
   */
  async convert(objects: readonly KubeObject[], apiVersion: string): Promise<readonly KubeObject[]> {
    const result = [...objects];
    let originals: KubeObject[] = [];
    let texts: string[] = [];
    let positions: number[] = [];
    let length = 0;
    const send = async (): Promise<void> => {
      const converted = await this.ask(originals, texts, apiVersion);
      for (const [index, position] of positions.entries()) result[position] = converted[index] as KubeObject;
      [originals, texts, positions, length] = [[], [], [], 0];
    };
    for (const [position, object] of objects.entries()) {
      if (object.apiVersion === apiVersion) continue;
      const original = this.defaulted(object);
      const text = JSON.stringify(original);
      if (texts.length === objectsPerCall || (texts.length > 0 && length + text.length > lengthPerCall)) await send();
      originals.push(original);
      texts.push(text);
      positions.push(position);
      length += text.length;
    }
    if (texts.length > 0) await send();
    return result;
  }

  private async ask(
    originals: readonly KubeObject[],
    texts: readonly string[],
    apiVersion: string,
  ): Promise<readonly KubeObject[]> {
    const [first] = originals;
    const subject = `conversion webhook for ${first?.apiVersion}, Kind=${first?.kind}${originals.length > 1 ? 'List' : ''}`;
    try {
      const { caller, config } = this.options;
      if (!caller) throw new ConversionError('failed: this server calls no webhooks');
      const version = reviewVersionOf(config.conversionReviewVersions);
      if (!version) throw new Error('no supported conversion review versions');
      const uid = uuid(caller.env.random);
      const text = await this.post(caller, config, reviewOf(version, texts, apiVersion, uid));
      const converted = readConverted(version, text, uid, originals, apiVersion);
      return converted.map((object) => this.read(object, apiVersion));
    } catch (error) {
      throw newPlainError(
        `${subject} ${error instanceof ConversionError ? error.message : `failed: ${messageOf(error)}`}`,
      );
    }
  }

  private async post(caller: WebhookCaller, config: ConversionWebhookConfig, review: string): Promise<string> {
    const { clientConfig: location = {} } = config;
    const url = webhookUrl(location);
    if (!url) throw new Error(`Unparsable webhook URL: ${location.url ?? ''}`);
    const body = encoder.encode(review);
    return decoder.decode(await postToWebhook(caller, { location, url, body, timeoutSeconds }));
  }

  private defaulted(object: KubeObject): KubeObject {
    const codec = this.options.codecs.get(object.apiVersion ?? '');
    if (!codec?.hasDefaults) return object;
    const draft = mutableCopy(object);
    codec.applyDefaults(draft);
    return deepFreeze(draft) as KubeObject;
  }

  private read(object: KubeObject, apiVersion: string): KubeObject {
    const codec = this.options.codecs.get(apiVersion);
    return deepFreeze(codec ? codec.decodeTree(object).object : object) as KubeObject;
  }
}
