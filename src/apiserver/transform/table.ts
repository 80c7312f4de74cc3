/** Tables (meta/v1): what `kubectl get` prints, made by the server from the definition's columns. */

import { ageColumn, nameColumn, numberColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { KubeObject } from '#api/object.ts';
import type { EncodedObject, EncodedWatchEvent } from '#api/request.ts';
import { WatchFrame } from '../cache/watch-frame.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What of the objects is in the rows; '' is as 'Metadata'. */
export type IncludePolicy = '' | 'None' | 'Metadata' | 'Object';

export function isIncludePolicy(text: string): text is IncludePolicy {
  return text === '' || text === 'None' || text === 'Metadata' || text === 'Object';
}

export interface TableConfig {
  readonly apiVersion: string;
  /** Of the whole row; empty for a kind that declares none. */
  readonly columns: readonly Column<KubeObject>[];
  readonly include: IncludePolicy;
  readonly nowMs: () => number;
}

export interface TableMeta {
  readonly resourceVersion?: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** Kinds without columns of their own (upstream's default table convertor): the client prints the date as it is. */
const nameAndCreation: readonly Column<KubeObject>[] = [
  nameColumn,
  { name: 'Created At', type: 'date', cell: (object) => object.metadata?.creationTimestamp ?? null },
];

type Scale = KubeObject & {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number };
};

/** Of a Scale, whatever is scaled. */
export const scaleColumns: readonly Column<KubeObject>[] = [
  { name: 'Name', type: 'string', cell: ({ metadata }) => metadata?.name ?? '' },
  numberColumn('Desired', ({ spec }: Scale) => spec?.replicas),
  numberColumn('Available', ({ status }: Scale) => status?.replicas),
  ageColumn,
];

export class TableMaker {
  private readonly config: TableConfig;
  private readonly columns: readonly Column<KubeObject>[];

  constructor(config: TableConfig) {
    this.config = config;
    this.columns = config.columns.length > 0 ? config.columns : nameAndCreation;
  }

  of(items: readonly EncodedObject[], metadata: TableMeta): EncodedObject {
    return this.table(items, metadata, true, '\n');
  }

  /** One table per event; only the first says the columns. */
  async *watch(
    batches: AsyncIterable<readonly EncodedWatchEvent[]>,
  ): AsyncGenerator<readonly EncodedWatchEvent[], void, void> {
    let first = true;
    for await (const batch of batches) {
      yield batch.map((event) => {
        if (event.type === 'ERROR') return event;
        const { resourceVersion = '' } = event.body.object.metadata ?? {};
        const table = this.table([event.body], { resourceVersion }, first, '');
        first = false;
        return new WatchFrame(event.type, table);
      });
    }
  }

  private table(
    items: readonly EncodedObject[],
    metadata: TableMeta,
    withColumns: boolean,
    ending: '\n' | '',
  ): EncodedObject {
    const nowMs = this.config.nowMs();
    const rows = items.map((item) => this.row(item, nowMs)).join(',');
    const head = JSON.stringify({ kind: 'Table', apiVersion: this.config.apiVersion, metadata }).slice(0, -1);
    const columns = withColumns ? JSON.stringify(this.columns.map(columnDefinition)) : 'null';
    const text = `${head},"columnDefinitions":${columns},"rows":[${rows}]}${ending}`;
    return new TableBody(encoder.encode(text));
  }

  private row(item: EncodedObject, nowMs: number): string {
    const cells = JSON.stringify(this.columns.map(({ cell }) => cell(item.object, nowMs)));
    return `{"cells":${cells},"object":${this.objectText(item)}}`;
  }

  private objectText(item: EncodedObject): string {
    switch (this.config.include) {
      case 'None':
        return 'null';
      case 'Object':
        return decoder.decode(item.json());
      default:
        return JSON.stringify({
          kind: 'PartialObjectMetadata',
          apiVersion: this.config.apiVersion,
          metadata: item.object.metadata,
        });
    }
  }
}

function columnDefinition({ name, type, format, description, priority }: Column<KubeObject>): object {
  return { name, type, format: format ?? '', description: description ?? '', priority: priority ?? 0 };
}

/** Bytes of a table; the view is read back from them in the rare case that somebody in process asks for one. */
class TableBody implements EncodedObject {
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get object(): KubeObject {
    return JSON.parse(decoder.decode(this.bytes)) as KubeObject;
  }

  json(): Uint8Array {
    return this.bytes;
  }

  protobuf(): Uint8Array {
    throw new Error('tables have no protobuf encoding here');
  }
}
