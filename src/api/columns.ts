/** Columns that many kinds' tables share (upstream: pkg/printers/internalversion). */

import type { Column } from './definition.ts';
import type { LabelSelector } from './generated/meta-v1.ts';
import { formatLabelSelector } from './label-selector.ts';
import type { KubeObject } from './object.ts';
import { ageOf } from './time.ts';

export const nameColumn: Column<KubeObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  cell: (object) => object.metadata?.name ?? '',
};

export const ageColumn: Column<KubeObject> = {
  name: 'Age',
  type: 'string',
  cell: (object, nowMs) => ageOf(object.metadata?.creationTimestamp, nowMs),
};

type Text<T> = { text(object: T, nowMs: number): string | undefined }['text'];

/** A column of text; nothing to say is printed as '<none>' unless `absent` says otherwise. */
export function textColumn<T>(name: string, text: Text<T>, absent = '<none>'): Column<T> {
  return { name, type: 'string', cell: (object, nowMs) => text(object, nowMs) || absent };
}

export function numberColumn<T>(name: string, value: { value(object: T): number | undefined }['value']): Column<T> {
  return { name, type: 'integer', cell: (object) => value(object) ?? 0 };
}

export function booleanColumn<T>(name: string, value: { value(object: T): boolean | undefined }['value']): Column<T> {
  return { name, type: 'boolean', cell: (object) => value(object) ?? false };
}

/** Shown with -o wide only. */
export function wide<T>(column: Column<T>): Column<T> {
  return { ...column, priority: 1 };
}

interface PodTemplateLike {
  readonly spec?:
    | { readonly containers?: readonly { readonly name: string; readonly image?: string | undefined }[] }
    | undefined;
}

/** Containers and Images of a workload's template. */
export function templateColumns<T>(template: { of(object: T): PodTemplateLike | undefined }['of']): Column<T>[] {
  const containers = (object: T) => template(object)?.spec?.containers ?? [];
  const plain = (name: string, text: Text<T>): Column<T> =>
    wide({ name, type: 'string', cell: (object, now) => text(object, now) ?? '' });
  return [
    plain('Containers', (object) =>
      containers(object)
        .map(({ name }) => name)
        .join(','),
    ),
    plain('Images', (object) =>
      containers(object)
        .map(({ image }) => image ?? '')
        .join(','),
    ),
  ];
}

export function selectorColumn<T>(selector: { of(object: T): LabelSelector | undefined }['of']): Column<T> {
  return wide({ name: 'Selector', type: 'string', cell: (object) => formatLabelSelector(selector(object)) });
}

/** 'a=1,b=2' by key, '<none>' for no labels (apimachinery labels.FormatLabels). */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const text = Object.keys(labels ?? {})
    .sort()
    .map((key) => `${key}=${labels?.[key]}`)
    .join(',');
  return text || '<none>';
}

/** At most three items, and how many more there are. */
export function shortList(items: readonly string[], empty: string): string {
  if (items.length === 0) return empty;
  const shown = items.slice(0, 3).join(',');
  return items.length > 3 ? `${shown} + ${items.length - 3} more...` : shown;
}
