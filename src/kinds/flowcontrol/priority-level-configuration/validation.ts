/** Rules of PriorityLevelConfigurations. Two of them are mandatory and fixed, but for the shares of 'exempt'. */

import { child, type FieldError, forbidden, invalid, notSupported, required } from '#api/field-error.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type {
  ExemptPriorityLevelConfiguration,
  LimitedPriorityLevelConfiguration,
  LimitResponse,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  QueuingConfiguration,
} from '#kinds/generated/flowcontrol-v1.ts';
import { checkConditionTypes } from '../condition-types.ts';
import { mandatoryPriorityLevels } from '../mandatory.ts';

const maxQueues = 10_000_000;
/** Bits of a hash that shuffle sharding may use (apiserver pkg/util/shufflesharding). */
const maxHashBits = 60;
const types = ['Exempt', 'Limited'];
const responseTypes = ['Queue', 'Reject'];
const sharesRoundTripAnnotation = 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares';

export function validatePriorityLevelConfiguration(level: PriorityLevelConfiguration): FieldError[] {
  const { metadata, spec, status } = level;
  const errors: FieldError[] = [];
  const name = metadata?.name ?? '';
  if (metadata?.annotations && Object.hasOwn(metadata.annotations, sharesRoundTripAnnotation)) {
    errors.push(forbidden('metadata.annotations', `annotation '${sharesRoundTripAnnotation}' is forbidden`));
  }
  checkSpec(name, spec, errors);
  checkMandatory(name, spec, errors);
  checkConditionTypes(status?.conditions, errors);
  return errors;
}

export function validatePriorityLevelConfigurationStatus({ status }: PriorityLevelConfiguration): FieldError[] {
  const errors: FieldError[] = [];
  checkConditionTypes(status?.conditions, errors);
  return errors;
}

function checkSpec(name: string, spec: PriorityLevelConfigurationSpec | undefined, errors: FieldError[]): void {
  const { type = '', limited, exempt } = spec ?? {};
  if ((name === 'exempt') !== (type === 'Exempt')) {
    errors.push(invalid('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  }
  switch (type) {
    case 'Exempt':
      if (limited) errors.push(forbidden('spec.limited', 'must be nil if the type is not Limited'));
      if (exempt) checkShares(exempt, 'spec.exempt', errors);
      return;
    case 'Limited':
      if (exempt) errors.push(forbidden('spec.exempt', 'must be nil if the type is Limited'));
      if (!limited) errors.push(required('spec.limited', 'must not be empty when type is Limited'));
      else checkLimited(limited, 'spec.limited', errors);
      return;
    case '':
      errors.push(required('spec.type'));
      return;
    default:
      errors.push(notSupported('spec.type', type, types));
  }
}

function checkMandatory(name: string, spec: PriorityLevelConfigurationSpec | undefined, errors: FieldError[]): void {
  const fixed = mandatoryPriorityLevels[name];
  if (!fixed) return;
  const isExempt = name === 'exempt';
  const compared = isExempt && spec ? { ...spec, exempt: undefined } : spec;
  if (semanticallyEqual(compared, fixed)) return;
  const except = isExempt ? " except the 'spec.exempt' field" : '';
  errors.push(invalid('spec', printedSpec(spec), `spec of '${name}'${except} must equal the fixed value`));
}

function checkShares(
  { nominalConcurrencyShares = 0, lendablePercent = 0 }: ExemptPriorityLevelConfiguration,
  path: string,
  errors: FieldError[],
): void {
  if (nominalConcurrencyShares < 0) {
    const at = child(path, 'nominalConcurrencyShares');
    errors.push(invalid(at, nominalConcurrencyShares, 'must be a non-negative integer'));
  }
  if (lendablePercent < 0 || lendablePercent > 100) {
    errors.push(invalid(child(path, 'lendablePercent'), lendablePercent, 'must be between 0 and 100, inclusive'));
  }
}

function checkLimited(limited: LimitedPriorityLevelConfiguration, path: string, errors: FieldError[]): void {
  const { limitResponse, borrowingLimitPercent = 0 } = limited;
  checkShares(limited, path, errors);
  checkResponse(limitResponse, child(path, 'limitResponse'), errors);
  if (borrowingLimitPercent < 0) {
    const detail = 'if specified, must be a non-negative integer';
    errors.push(invalid(child(path, 'borrowingLimitPercent'), borrowingLimitPercent, detail));
  }
}

function checkResponse(response: LimitResponse | undefined, path: string, errors: FieldError[]): void {
  const { type = '', queuing } = response ?? {};
  const at = child(path, 'queuing');
  switch (type) {
    case 'Reject':
      if (queuing) errors.push(forbidden(at, 'must be nil if limited.limitResponse.type is not Limited'));
      return;
    case 'Queue':
      if (queuing) checkQueuing(queuing, at, errors);
      else errors.push(required(at, 'must not be empty if limited.limitResponse.type is Limited'));
      return;
    case '':
      errors.push(required(child(path, 'type')));
      return;
    default:
      errors.push(notSupported(child(path, 'type'), type, responseTypes));
  }
}

function checkQueuing(
  { queues = 0, handSize = 0, queueLengthLimit = 0 }: QueuingConfiguration,
  path: string,
  errors: FieldError[],
): void {
  if (queueLengthLimit <= 0)
    errors.push(invalid(child(path, 'queueLengthLimit'), queueLengthLimit, 'must be positive'));
  if (queues <= 0) errors.push(invalid(child(path, 'queues'), queues, 'must be positive'));
  else if (queues > maxQueues) {
    errors.push(invalid(child(path, 'queues'), queues, `must not be greater than ${maxQueues}`));
  }
  const handPath = child(path, 'handSize');
  if (handSize <= 0) errors.push(invalid(handPath, handSize, 'must be positive'));
  else if (handSize > queues) {
    errors.push(invalid(handPath, handSize, `should not be greater than queues (${queues})`));
  } else if (Math.ceil(Math.log2(queues) * handSize) > maxHashBits) {
    const detail = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${maxHashBits}`;
    errors.push(invalid(handPath, handSize, detail));
  }
}

/** Upstream prints its internal type. */
function printedSpec(spec: PriorityLevelConfigurationSpec | undefined): unknown {
  const { type = '', limited, exempt } = spec ?? {};
  const queuing = limited?.limitResponse?.queuing;
  return {
    Type: type,
    Limited: limited
      ? {
          NominalConcurrencyShares: limited.nominalConcurrencyShares ?? 0,
          LimitResponse: {
            Type: limited.limitResponse?.type ?? '',
            Queuing: queuing
              ? { Queues: queuing.queues, HandSize: queuing.handSize, QueueLengthLimit: queuing.queueLengthLimit }
              : null,
          },
          LendablePercent: limited.lendablePercent ?? null,
          BorrowingLimitPercent: limited.borrowingLimitPercent ?? null,
        }
      : null,
    Exempt: exempt
      ? {
          NominalConcurrencyShares: exempt.nominalConcurrencyShares ?? null,
          LendablePercent: exempt.lendablePercent ?? null,
        }
      : null,
  };
}
