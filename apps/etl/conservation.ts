// Row conservation: every row that a file holds is clean, triaged, or outside the retention.
import { OutcomeError } from '../platform/errors.ts';

export interface FileResult {
  readonly file: string;
  readonly month: string;
  /** Rows by the file's footer. */
  readonly read: number;
  readonly clean: number;
  readonly triage: number;
  readonly outsideRetention: number;
  /** Rows that broke each rule; a row may break several. `cast_<column>` counts values that could not be cast. */
  readonly brokenRules: Readonly<Record<string, number>>;
}

/** Throws OutcomeError that names each file whose rows don't add up. */
export function checkConservation(files: readonly FileResult[]): void {
  const wrong = files.filter((file) => file.read !== file.clean + file.triage + file.outsideRetention);
  if (wrong.length === 0) return;
  const lines = wrong.map(
    (file) =>
      `${file.file}: read ${file.read}, but clean ${file.clean} + triage ${file.triage} + outside retention ${file.outsideRetention} is ${file.clean + file.triage + file.outsideRetention}`,
  );
  throw new OutcomeError(`${lines.join('; ')}; nothing was changed`, { files });
}
