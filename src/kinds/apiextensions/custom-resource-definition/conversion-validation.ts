/** Validation of spec.conversion. Paths name the fields as upstream's internal type has them. */

import { child, type FieldError, forbidden, index, invalid, notSupported, required } from '#api/field-error.ts';
import { isDNS1035Label } from '#api/name-format.ts';
import { checkWebhookService, checkWebhookURL } from '#api/webhook-rules.ts';
import type {
  CustomResourceConversion,
  CustomResourceDefinition,
  WebhookClientConfig,
} from '#kinds/generated/apiextensions-v1.ts';

const path = 'spec.conversion';
const clientPath = child(path, 'webhookClientConfig');
const versionsPath = child(path, 'conversionReviewVersions');
const strategies = ['None', 'Webhook'];
/** Of ConversionReview. */
const reviewVersions = ['v1', 'v1beta1'];

/** `old` is what the definition was; absent for a new one. */
export function validateConversion(
  conversion: CustomResourceConversion | undefined,
  old: CustomResourceDefinition | undefined,
): FieldError[] {
  if (!conversion) return [];
  const errors: FieldError[] = [];
  const { strategy, webhook } = conversion;
  if (!strategy) errors.push(required(child(path, 'strategy')));
  else if (!strategies.includes(strategy)) errors.push(notSupported(child(path, 'strategy'), strategy, strategies));
  if (strategy !== 'Webhook') {
    const detail = 'should not be set when strategy is not set to Webhook';
    if (webhook?.clientConfig) errors.push(forbidden(clientPath, detail));
    if (webhook?.conversionReviewVersions.length) errors.push(forbidden(versionsPath, detail));
    return errors;
  }
  checkClientConfig(webhook?.clientConfig, mayHaveInvalidBundle(old), errors);
  const before = old?.spec.conversion?.webhook?.conversionReviewVersions ?? [];
  const mustKnowOne = before.length === 0 || before.some(isKnown);
  checkReviewVersions(webhook?.conversionReviewVersions ?? [], mustKnowOne, errors);
  return errors;
}

function checkClientConfig(
  config: WebhookClientConfig | undefined,
  mayHaveInvalidBundle: boolean,
  errors: FieldError[],
): void {
  if (!config) {
    errors.push(required(clientPath, 'required when strategy is set to Webhook'));
    return;
  }
  const { url, service, caBundle } = config;
  if ((url === undefined) === (service === undefined)) {
    errors.push(required(clientPath, 'exactly one of url or service is required'));
  } else if (url !== undefined) checkWebhookURL(url, child(clientPath, 'url'), errors);
  else if (service) checkWebhookService(service, child(clientPath, 'service'), errors);
  if (caBundle && !mayHaveInvalidBundle && !isPem(caBundle)) {
    const detail = 'unable to load root certificates: unable to parse bytes as PEM block';
    errors.push(invalid(child(clientPath, 'caBundle'), caBundle, detail));
  }
}

function checkReviewVersions(versions: readonly string[], mustKnowOne: boolean, errors: FieldError[]): void {
  if (versions.length === 0) {
    errors.push(required(versionsPath));
    return;
  }
  const seen = new Set<string>();
  versions.forEach((version, position) => {
    const at = index(versionsPath, position);
    if (seen.has(version)) errors.push(invalid(at, version, 'duplicate version'));
    else for (const message of isDNS1035Label(version)) errors.push(invalid(at, version, message));
    seen.add(version);
  });
  if (mustKnowOne && !versions.some(isKnown)) {
    errors.push(invalid(versionsPath, versions, `must include at least one of ${reviewVersions.join(', ')}`));
  }
}

function isKnown(version: string): boolean {
  return reviewVersions.includes(version);
}

/** Tools put the bundle in after they made the definition; one that was good must stay so. */
function mayHaveInvalidBundle(old: CustomResourceDefinition | undefined): boolean {
  const isEstablished = old?.status?.conditions?.some(
    ({ type, status }) => type === 'Established' && status === 'True',
  );
  if (!isEstablished) return true;
  const bundle = old?.spec.conversion?.webhook?.clientConfig?.caBundle;
  return bundle ? !isPem(bundle) : false;
}

/** `bundle` is base64, checked when it was decoded. */
function isPem(bundle: string): boolean {
  return /-----BEGIN CERTIFICATE-----.+-----END CERTIFICATE-----/s.test(atob(bundle));
}
