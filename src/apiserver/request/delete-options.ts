/** DeleteOptions of a request: its body or, without one, the query (upstream's order); validated in upstream's words. */

import { newBadRequest, newInvalid } from '#api/errors.ts';
import { type FieldError, invalid, notSupported } from '#api/field-error.ts';
import type { DeleteOptions } from '#api/generated/meta-v1.ts';
import type { ApiRequest } from '#api/request.ts';
import type { KindCheck, KindCodec } from '../registry/kind-codec.ts';
import { integerOf } from './list-options.ts';
import { isTrue } from './request-info.ts';

const propagationPolicies = ['Foreground', 'Background', 'Orphan'];

/** Throws 400 or 422. */
export function parseDeleteOptions(request: ApiRequest, codec: KindCodec): DeleteOptions {
  return validDeleteOptions(readOptions(request, codec));
}

/** Throws 422. */
export function validDeleteOptions(options: DeleteOptions): DeleteOptions {
  const errors = validate(options);
  if (errors.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors);
  const { gracePeriodSeconds } = options;
  // A negative period stands for one second.
  return gracePeriodSeconds !== undefined && gracePeriodSeconds < 0 ? { ...options, gracePeriodSeconds: 1 } : options;
}

function readOptions({ body, query }: ApiRequest, codec: KindCodec): DeleteOptions {
  if (body && (body.type === 'object' || body.bytes.length > 0)) {
    const checkKind: KindCheck = ({ apiVersion, kind }) => {
      if (kind === '' || kind === 'DeleteOptions') return;
      throw newBadRequest(
        `no kind "${kind}" is registered for version "${apiVersion || 'meta.k8s.io/v1'}" in scheme "pkg/runtime/scheme.go:111"`,
      );
    };
    const object = codec.decode(body, checkKind).object as DeleteOptions;
    return object;
  }
  const grace = integerOf(query.get('gracePeriodSeconds'));
  const policy = query.get('propagationPolicy');
  const dryRun = query.getAll('dryRun');
  const [uid, resourceVersion] = [query.get('uid') ?? '', query.get('resourceVersion') ?? ''];
  const potential = 'ignoreStoreReadErrorWithClusterBreakingPotential';
  return {
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(policy ? { propagationPolicy: policy } : {}),
    ...(query.has('orphanDependents') ? { orphanDependents: isTrue(query.get('orphanDependents')) } : {}),
    ...(dryRun.length > 0 ? { dryRun } : {}),
    ...(uid || resourceVersion
      ? { preconditions: { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) } }
      : {}),
    ...(query.has(potential) ? { [potential]: isTrue(query.get(potential)) } : {}),
  };
}

function validate({ propagationPolicy, orphanDependents, dryRun }: DeleteOptions): FieldError[] {
  const errors: FieldError[] = [];
  const hasPolicy = propagationPolicy !== undefined && propagationPolicy !== null;
  if (orphanDependents !== undefined && orphanDependents !== null && hasPolicy) {
    const detail = 'orphanDependents and deletionPropagation cannot be both set';
    errors.push(invalid('propagationPolicy', propagationPolicy, detail));
  }
  if (hasPolicy && !propagationPolicies.includes(propagationPolicy)) {
    const message = `Unsupported value: ${JSON.stringify(propagationPolicy)}: supported values: "Foreground", "Background", "Orphan", "nil"`;
    errors.push({ type: 'FieldValueNotSupported', field: 'propagationPolicy', message });
  }
  if (dryRun?.some((value) => value !== 'All')) errors.push(notSupported('dryRun', dryRun, ['All']));
  return errors;
}
