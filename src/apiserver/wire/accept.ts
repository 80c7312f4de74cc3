/** Accept: which of the representations that the server has a client wants (apiserver endpoints/handlers/negotiation). */

export interface MediaRange {
  /** 'application/json', 'application/*', '*\/*' */
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly quality: number;
}

export type Encoding = 'json' | 'yaml' | 'protobuf';

export const encodings: Readonly<Record<string, Encoding>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
};

/** A conversion that the client asked for: `;as=Table;g=meta.k8s.io;v=v1`. */
export interface Conversion {
  readonly kind: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  readonly version: string;
}

export interface Negotiated {
  readonly encoding: Encoding;
  readonly mediaType: string;
  readonly as: Conversion | undefined;
  readonly pretty: boolean;
  /** By a wildcard that no route of upstream's knows, though its negotiation does: 'application/*', '*'. */
  readonly loosely: boolean;
}

/** What answers come as: some have no protobuf, and a Status is shown as nothing else. */
export interface Offer {
  readonly protobuf: boolean;
  readonly conversions: boolean;
  readonly tables: boolean;
}

export const objectOffer: Offer = { protobuf: true, conversions: true, tables: true };
/** Of what nobody lists. */
export const tablelessOffer: Offer = { protobuf: true, conversions: true, tables: false };
/** Of custom resources: what is made of their metadata has protobuf, they themselves have none (apiserver handlers/rest.go). */
export const customResourceOffer: Offer = { protobuf: false, conversions: true, tables: true };
export const statusOffer: Offer = { protobuf: true, conversions: false, tables: false };

/** Ranges by falling quality; those of equal quality as they were written. */
export function parseAccept(accept: string): MediaRange[] {
  const ranges: MediaRange[] = [];
  for (const part of accept.split(',')) {
    const [type = '', ...rest] = part.split(';');
    if (type.trim() === '') continue;
    const parameters: Record<string, string> = {};
    for (const parameter of rest) {
      const equals = parameter.indexOf('=');
      if (equals > 0) parameters[parameter.slice(0, equals).trim().toLowerCase()] = parameter.slice(equals + 1).trim();
    }
    const quality = parameters.q === undefined ? 1 : Number(parameters.q);
    ranges.push({ type: type.trim(), parameters, quality: Number.isNaN(quality) ? 1 : quality });
  }
  return ranges.sort((a, b) => b.quality - a.quality);
}

const cache = new Map<string, Negotiated | undefined>();
const cacheBound = 256;
/** Longer than clients say it; what is kept must not grow with what somebody sends. */
const cachedLength = 512;

/** Undefined when the server has nothing that the client takes: 406. */
export function negotiate(accept: string | undefined, offer: Offer): Negotiated | undefined {
  const key = `${offer.protobuf ? 'p' : ''}${offer.conversions ? 'c' : ''}${offer.tables ? 't' : ''} ${accept ?? ''}`;
  if (cache.has(key)) return cache.get(key);
  const result = choose(accept, offer);
  if (key.length > cachedLength) return result;
  if (cache.size >= cacheBound) cache.clear();
  cache.set(key, result);
  return result;
}

function choose(accept: string | undefined, offer: Offer): Negotiated | undefined {
  if (!accept) return plainJson;
  // A quality of 0 is the last choice, as to upstream, and no refusal.
  for (const { type, parameters } of parseAccept(accept)) {
    const loosely = type === 'application/*' || type === '*';
    const mediaType = type === '*/*' || loosely ? 'application/json' : type;
    const encoding = Object.hasOwn(encodings, mediaType) ? encodings[mediaType] : undefined;
    if (!encoding) continue;
    if (parameters.stream !== undefined && parameters.stream !== 'watch') continue;
    const as = conversionOf(parameters);
    if (as === null || (as && !offer.conversions) || (as?.kind === 'Table' && !offer.tables)) continue;
    // Tables have no protobuf, whatever is in them.
    if (encoding === 'protobuf' && (as ? as.kind === 'Table' : !offer.protobuf)) continue;
    return { encoding, mediaType, as, pretty: parameters.pretty === '1', loosely };
  }
  return undefined;
}

export const plainJson: Negotiated = {
  encoding: 'json',
  mediaType: 'application/json',
  as: undefined,
  pretty: false,
  loosely: false,
};

/** Null for a conversion that the server does not know. */
function conversionOf(parameters: Readonly<Record<string, string>>): Conversion | undefined | null {
  const kind = parameters.as;
  if (kind === undefined) return undefined;
  const version = parameters.v ?? '';
  if (parameters.g !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return null;
  if (kind !== 'Table' && kind !== 'PartialObjectMetadata' && kind !== 'PartialObjectMetadataList') return null;
  return { kind, version };
}
