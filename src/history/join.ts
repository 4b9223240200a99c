import type { Operation, Series } from './evidence.ts';
import type { CompleteEvent, InvokeEvent, SeriesEvent } from './operations.ts';

/** Puts invocations and ends of operations together, series by series. Each method returns what is wrong, or null. */
export class OperationJoin {
  readonly #series = new Map<string, { declared: SeriesEvent; operations: Map<number, Operation> }>();

  declare(declared: SeriesEvent): string | null {
    if (this.#series.has(declared.series)) return `series ${declared.series} is declared twice`;
    this.#series.set(declared.series, { declared, operations: new Map() });
    return null;
  }

  /** An operation is `info` until its end is read. */
  invoke({ series, op, dueNs, startNs }: InvokeEvent): string | null {
    const operations = this.#series.get(series)?.operations;
    if (operations === undefined) return `operation of series ${series}, which was never declared`;
    if (operations.has(op)) return `${series} ${op} is invoked twice, or after its end`;
    operations.set(op, { series, op, dueNs, startNs, endNs: null, outcome: 'info' });
    return null;
  }

  complete(event: CompleteEvent): string | null {
    const { series, op, dueNs, startNs, endNs, outcome, error, value } = event;
    const operations = this.#series.get(series)?.operations;
    if (operations === undefined) return `operation of series ${series}, which was never declared`;
    if (endNs < startNs) return `${series} ${op} ends before it starts`;
    const known = operations.get(op);
    if (known !== undefined && known.endNs !== null) return `${series} ${op} ends twice`;
    const operation: Operation = known ?? { series, op, dueNs, startNs, endNs, outcome };
    operation.startNs = startNs;
    operation.endNs = endNs;
    operation.outcome = outcome;
    if (error !== undefined) operation.error = error;
    if (value !== undefined) operation.value = value;
    if (known === undefined) operations.set(op, operation);
    return null;
  }

  /** The series with their operations by number, and the slots that left no record. */
  finish(): { series: Map<string, Series>; defects: string[] } {
    const series = new Map<string, Series>();
    const defects: string[] = [];
    for (const [name, { declared, operations }] of this.#series) {
      const sorted = [...operations.values()].sort((a, b) => a.op - b.op);
      const missing = sorted.length === 0 ? 0 : (sorted.at(-1)?.op ?? 0) + 1 - sorted.length;
      if (missing > 0) defects.push(`series ${name}: ${missing} slots left no record`);
      series.set(name, { declared, operations: sorted });
    }
    return { series, defects };
  }
}
