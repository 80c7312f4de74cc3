/** Rules of VolumeAttachments. */

import { child, type FieldError, forbidden, invalid, required, tooLong } from '#api/field-error.ts';
import { checkFormat, immutableMessage } from '#api/field-rules.ts';
import { utf8Length } from '#api/label-rules.ts';
import { inclusiveRangeMessage, isDNS1123Subdomain } from '#api/name-format.ts';
import { optional, type PrintedShape, printedStruct, struct } from '#api/printed-struct.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import { printedVolumeSpec } from '#kinds/core/persistent-volume/printed-source.ts';
import { checkPersistentVolumeSpec } from '#kinds/core/persistent-volume/validation.ts';
import { checkCsiDriverName } from '#kinds/core/pod/validation/volume-drivers.ts';
import type { VolumeAttachment, VolumeAttachmentStatus, VolumeError } from '#kinds/generated/storage-v1.ts';

/** Bytes of all keys and values. */
const maxMetadataBytes = 256 * 1024;
const maxErrorMessage = 1024;
const maxInt32 = 2 ** 31 - 1;
const onePath = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';

export function validateVolumeAttachment({ spec, status }: VolumeAttachment): FieldError[] {
  const errors: FieldError[] = [];
  checkCsiDriverName(spec?.attacher, 'spec.attacher', errors);
  const { inlineVolumeSpec, persistentVolumeName } = spec?.source ?? {};
  const sourcePath = 'spec.source';
  if (!inlineVolumeSpec && persistentVolumeName === undefined) errors.push(required(sourcePath, onePath));
  else if (inlineVolumeSpec && persistentVolumeName !== undefined) errors.push(forbidden(sourcePath, onePath));
  else if (persistentVolumeName === '') {
    errors.push(required(child(sourcePath, 'persistentVolumeName'), 'must specify non empty persistentVolumeName'));
  } else if (inlineVolumeSpec) {
    checkPersistentVolumeSpec(inlineVolumeSpec, '', child(sourcePath, 'inlineVolumeSpec'), errors, { isInline: true });
  }
  checkFormat(isDNS1123Subdomain, spec?.nodeName ?? '', 'spec.nodeName', errors);
  if (status) checkStatus(status, errors);
  if (persistentVolumeName !== undefined) {
    checkFormat(isDNS1123Subdomain, persistentVolumeName, 'spec.source.persistentVolumeName', errors);
  }
  return errors;
}

function checkStatus(
  { attachmentMetadata = {}, attachError, detachError }: VolumeAttachmentStatus,
  errors: FieldError[],
): void {
  let size = 0;
  for (const [key, value] of Object.entries(attachmentMetadata)) size += utf8Length(key) + utf8Length(value);
  if (size > maxMetadataBytes) errors.push(tooLong('status.attachmentMetadata', maxMetadataBytes));
  checkVolumeError(attachError, 'status.attachError', errors);
  checkVolumeError(detachError, 'status.detachError', errors);
}

/** The bound that the message names is upstream's, of another field. */
function checkVolumeError(error: VolumeError | undefined, path: string, errors: FieldError[]): void {
  if (utf8Length(error?.message ?? '') > maxErrorMessage)
    errors.push(tooLong(child(path, 'message'), maxMetadataBytes));
  const code = error?.errorCode ?? 0;
  if (code < 0) errors.push(invalid(child(path, 'errorCode'), code, inclusiveRangeMessage(0, maxInt32)));
}

export function validateVolumeAttachmentStatus(attachment: VolumeAttachment): FieldError[] {
  const errors: FieldError[] = [];
  if (attachment.status) checkStatus(attachment.status, errors);
  return errors;
}

export function validateVolumeAttachmentUpdate({ spec }: VolumeAttachment, old: VolumeAttachment): FieldError[] {
  if (semanticallyEqual(spec, old.spec)) return [];
  return [invalid('spec', printedStruct(spec, printedSpec), immutableMessage)];
}

const printedSpec: PrintedShape = {
  Attacher: '',
  Source: struct({ PersistentVolumeName: null, InlineVolumeSpec: optional(printedVolumeSpec) }),
  NodeName: '',
};
