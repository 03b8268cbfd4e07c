// What a run of etl says it did, whatever engine ran it.
import type { FileResult } from './conservation.ts';

export interface EtlResult {
  readonly mode: string;
  readonly files: readonly FileResult[];
  readonly rows: {
    readonly read: number;
    readonly clean: number;
    readonly triage: number;
    readonly outsideRetention: number;
    readonly monthly: number;
  };
  /** Of a lake: what its tables hold, by `dataset.table`. */
  readonly tables?: Readonly<Record<string, FilledTable>>;
}

export interface FilledTable {
  readonly rows: number;
  readonly bytes: number;
}

/** Sums the files up. `monthly` is the rows of the monthly table that were written. */
export function toEtlResult(mode: string, files: readonly FileResult[], monthly: number): EtlResult {
  const total = (key: 'read' | 'clean' | 'triage' | 'outsideRetention') => files.reduce((sum, file) => sum + file[key], 0);
  return {
    mode,
    files,
    rows: {
      read: total('read'),
      clean: total('clean'),
      triage: total('triage'),
      outsideRetention: total('outsideRetention'),
      monthly,
    },
  };
}
