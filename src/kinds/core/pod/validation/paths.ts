/** Rules of paths inside volumes and containers: relative, and never out of where they start. */

import { type FieldError, invalid } from '#api/field-error.ts';

export function checkNoBacksteps(path: string, field: string, errors: FieldError[]): void {
  if (path.includes('..') && path.split('/').includes('..')) {
    errors.push(invalid(field, path, "must not contain '..'"));
  }
}

export function checkLocalDescendingPath(path: string, field: string, errors: FieldError[]): void {
  if (path.startsWith('/')) errors.push(invalid(field, path, 'must be a relative path'));
  checkNoBacksteps(path, field, errors);
}

/** Names that start with '..' are those of atomic writers in volumes. */
export function checkLocalNonReservedPath(path: string, field: string, errors: FieldError[]): void {
  checkLocalDescendingPath(path, field, errors);
  if (path.startsWith('..') && !path.startsWith('../')) errors.push(invalid(field, path, "must not start with '..'"));
}

export function isLocalNonReservedPath(path: string): boolean {
  const errors: FieldError[] = [];
  checkLocalNonReservedPath(path, '', errors);
  return errors.length === 0;
}

const fileModeMessage = 'must be a number between 0 and 0777 (octal), both inclusive';

export function checkFileMode(mode: number | undefined, field: string, errors: FieldError[]): void {
  if (mode !== undefined && (mode > 0o777 || mode < 0)) errors.push(invalid(field, mode, fileModeMessage));
}
