/**
 * MeasuredStore: a store whose requests are counted under upstream's names for etcd's (apiserver storage/etcd3/metrics), whichever engine is below. It
 * costs a request two looks at the clock and one at a table.
 */

import type { Clock } from '#base/env.ts';
import type { HistogramSeries, MetricsRegistry, ValueSeries } from '#base/metrics.ts';
import type {
  DeleteOptions,
  GetOptions,
  ListOptions,
  ListResult,
  PutOptions,
  Store,
  StoreEntry,
  WriteResult,
} from '#store/store.ts';
import { StoreLayer } from '#store/store-layer.ts';
import { registryPrefix } from './cache/store-feed.ts';

const durationBuckets = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];
/** Upstream's name of the only cluster of its. */
const clusterId = 'etcd-0';

type Operation = 'get' | 'list' | 'listWithCount' | 'create' | 'update' | 'delete';

interface OperationSeries {
  readonly total: ValueSeries;
  readonly seconds: HistogramSeries;
  readonly errors: () => ValueSeries;
}

interface ListSeries {
  readonly total: ValueSeries;
  readonly fetched: ValueSeries;
  readonly evaluated: ValueSeries;
  readonly returned: ValueSeries;
}

/** Of one resource; made when there is something to count, so that what nobody does is not shown. */
interface ResourceSeries {
  readonly operation: (operation: Operation) => OperationSeries;
  readonly lists: () => ListSeries;
}

export class MeasuredStore extends StoreLayer {
  private readonly clock: Pick<Clock, 'monotonic'>;
  private readonly seriesOf: (group: string, resource: string) => ResourceSeries;
  private readonly byPrefix = new Map<string, ResourceSeries>();

  constructor(store: Store, clock: Pick<Clock, 'monotonic'>, registry: MetricsRegistry) {
    super(store);
    this.clock = clock;
    this.seriesOf = declare(registry);
    const size = registry.gauge('apiserver_storage_size_bytes', 'Bytes that the store takes on its medium.', [
      'storage_cluster_id',
    ]);
    registry.beforeExposing(async () => size.set(await store.size(), clusterId));
  }

  override get(key: string, options?: GetOptions): Promise<StoreEntry | undefined> {
    return this.measured('get', key, super.get(key, options));
  }

  override async list(options: ListOptions): Promise<ListResult> {
    const operation = options.limit === undefined ? 'list' : 'listWithCount';
    const result = await this.measured(operation, options.prefix, super.list(options));
    const series = this.resourceOf(options.prefix)?.lists();
    if (series) {
      const { length } = result.entries;
      series.total.value++;
      series.fetched.value += length;
      series.evaluated.value += length;
      series.returned.value += length;
    }
    return result;
  }

  override put(key: string, value: Uint8Array, options?: PutOptions): Promise<WriteResult> {
    const operation = options?.expectedModRevision === 0 ? 'create' : 'update';
    return this.measured(operation, key, super.put(key, value, options));
  }

  override delete(key: string, options?: DeleteOptions): Promise<WriteResult> {
    return this.measured('delete', key, super.delete(key, options));
  }

  private measured<T>(operation: Operation, key: string, pending: Promise<T>): Promise<T> {
    const resource = this.resourceOf(key);
    if (!resource) return pending;
    const series = resource.operation(operation);
    const startedMs = this.clock.monotonic();
    return pending.then(
      (result) => {
        series.total.value++;
        series.seconds.observe((this.clock.monotonic() - startedMs) / 1000);
        return result;
      },
      (error: unknown) => {
        series.total.value++;
        series.errors().value++;
        series.seconds.observe((this.clock.monotonic() - startedMs) / 1000);
        throw error;
      },
    );
  }

  /** Undefined for keys that are no resource's. */
  private resourceOf(key: string): ResourceSeries | undefined {
    if (!key.startsWith(registryPrefix)) return undefined;
    const group = key.indexOf('/', registryPrefix.length);
    const end = group < 0 ? -1 : key.indexOf('/', group + 1);
    if (end < 0) return undefined;
    const prefix = key.slice(0, end);
    let found = this.byPrefix.get(prefix);
    if (!found) {
      const name = key.slice(registryPrefix.length, group);
      found = this.seriesOf(name === 'core' ? '' : name, key.slice(group + 1, end));
      this.byPrefix.set(prefix, found);
    }
    return found;
  }
}

function declare(registry: MetricsRegistry): (group: string, resource: string) => ResourceSeries {
  const perOperation = ['group', 'operation', 'resource'];
  const perResource = ['group', 'resource'];
  const seconds = registry.histogram(
    'etcd_request_duration_seconds',
    'Seconds of requests to the store.',
    perOperation,
    durationBuckets,
  );
  const total = registry.counter('etcd_requests_total', 'Requests to the store.', perOperation);
  const errors = registry.counter('etcd_request_errors_total', 'Requests to the store that failed.', perOperation);
  const lists = registry.counter('apiserver_storage_list_total', 'Lists that the store was asked for.', perResource);
  const fetched = registry.counter(
    'apiserver_storage_list_fetched_objects_total',
    'Objects that were read for them.',
    perResource,
  );
  const evaluated = registry.counter(
    'apiserver_storage_list_evaluated_objects_total',
    'Objects that were looked at for them.',
    perResource,
  );
  const returned = registry.counter(
    'apiserver_storage_list_returned_objects_total',
    'Objects that they gave.',
    perResource,
  );
  return (group, resource) => {
    const byOperation = new Map<Operation, OperationSeries>();
    let listed: ListSeries | undefined;
    return {
      operation: (operation) => {
        let found = byOperation.get(operation);
        if (!found) {
          found = {
            total: total.seriesOf(group, operation, resource),
            seconds: seconds.seriesOf(group, operation, resource),
            errors: () => errors.seriesOf(group, operation, resource),
          };
          byOperation.set(operation, found);
        }
        return found;
      },
      lists: () => {
        listed ??= {
          total: lists.seriesOf(group, resource),
          fetched: fetched.seriesOf(group, resource),
          evaluated: evaluated.seriesOf(group, resource),
          returned: returned.seriesOf(group, resource),
        };
        return listed;
      },
    };
  };
}
