/**
 * NodeTable: the numbers of all nodes, one typed array per quantity and one row per node.
 *
 * A scheduling cycle looks at hundreds of nodes and at few of their fields; columns keep those reads in cache lines. Rows are
 * reused when nodes go. A `generation` changes whenever something of the row changes that a plugin may look at, and never
 * repeats, so results computed from a row can be kept under it.
 */

const initialRows = 64;

export class NodeTable {
  allocatableMilliCpu = new Float64Array(initialRows);
  allocatableMemory = new Float64Array(initialRows);
  allocatableEphemeralStorage = new Float64Array(initialRows);
  allowedPods = new Float64Array(initialRows);
  requestedMilliCpu = new Float64Array(initialRows);
  requestedMemory = new Float64Array(initialRows);
  requestedEphemeralStorage = new Float64Array(initialRows);
  /** With defaults for containers that request nothing: what LeastAllocated and its kind look at. */
  nonZeroMilliCpu = new Float64Array(initialRows);
  nonZeroMemory = new Float64Array(initialRows);
  generation = new Float64Array(initialRows);
  private rows = 0;
  private readonly free: number[] = [];
  private clock = 0;

  /** Rows that exist, used or free: what arrays kept beside the table must have room for. */
  get capacity(): number {
    return this.generation.length;
  }

  /** A row of zeros. */
  take(): number {
    const row = this.free.pop() ?? this.rows++;
    if (row >= this.capacity) this.grow();
    this.touch(row);
    return row;
  }

  release(row: number): void {
    for (const column of this.columns()) column[row] = 0;
    this.free.push(row);
  }

  /** Something of the row changed. */
  touch(row: number): void {
    this.generation[row] = ++this.clock;
  }

  private grow(): void {
    const twice = (column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
      const larger = new Float64Array(column.length * 2);
      larger.set(column);
      return larger;
    };
    this.allocatableMilliCpu = twice(this.allocatableMilliCpu);
    this.allocatableMemory = twice(this.allocatableMemory);
    this.allocatableEphemeralStorage = twice(this.allocatableEphemeralStorage);
    this.allowedPods = twice(this.allowedPods);
    this.requestedMilliCpu = twice(this.requestedMilliCpu);
    this.requestedMemory = twice(this.requestedMemory);
    this.requestedEphemeralStorage = twice(this.requestedEphemeralStorage);
    this.nonZeroMilliCpu = twice(this.nonZeroMilliCpu);
    this.nonZeroMemory = twice(this.nonZeroMemory);
    this.generation = twice(this.generation);
  }

  private columns(): Float64Array[] {
    return [
      this.allocatableMilliCpu,
      this.allocatableMemory,
      this.allocatableEphemeralStorage,
      this.allowedPods,
      this.requestedMilliCpu,
      this.requestedMemory,
      this.requestedEphemeralStorage,
      this.nonZeroMilliCpu,
      this.nonZeroMemory,
      this.generation,
    ];
  }
}
