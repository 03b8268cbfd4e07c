// The query over BigQuery's own list of jobs: what was billed, by run, category and step. Pure.
import { jobLabels } from '../contract/names.ts';
import type { Row } from './query.ts';

/** Jobs of one run, category and step together; null where a job says nothing of it. */
export interface JobUsage {
  readonly run: string | null;
  readonly category: string | null;
  readonly step: string | null;
  readonly jobs: number;
  readonly bytesBilled: number;
  readonly slotMs: number;
}

/**
 * Jobs say whose they are by labels; dbt says it in the comment before its SQL, too: what its profile adds to it, and the name of the model.
 * A script's parts are jobs themselves. https://cloud.google.com/bigquery/docs/information-schema-jobs
 */
export function toJobsSql(project: string, location: string, categories: readonly string[]): string {
  const label = (key: string) => `(SELECT value FROM UNNEST(labels) WHERE key = '${key}')`;
  const comment = (key: string) => `JSON_VALUE(comment, '$.${key}')`;
  const ofModel = `REGEXP_EXTRACT(${comment('node_id')}, r'[._](${categories.join('|')})(?:[._]|$)')`;
  return `WITH jobs AS (
  SELECT
    ${label(jobLabels.run)} AS label_run,
    ${label(jobLabels.category)} AS label_category,
    ${label(jobLabels.step)} AS label_step,
    REGEXP_EXTRACT(query, r'^\\s*/\\*\\s*(\\{[^*]*\\})\\s*\\*/') AS comment,
    total_bytes_billed,
    total_slot_ms
  FROM \`${project}\`.\`region-${location.toLowerCase()}\`.INFORMATION_SCHEMA.JOBS_BY_PROJECT
  WHERE creation_time >= @begin AND creation_time < @end
    AND state = 'DONE'
    AND (statement_type IS NULL OR statement_type != 'SCRIPT')
), named AS (
  SELECT
    COALESCE(label_run, ${comment('run')}) AS run,
    COALESCE(label_category, ${comment('category')}, ${ofModel}) AS category,
    COALESCE(label_step, ${comment('step')}, ${comment('app')}) AS step,
    total_bytes_billed,
    total_slot_ms
  FROM jobs
)
SELECT
  run,
  category,
  step,
  COUNT(*) AS jobs,
  COALESCE(SUM(total_bytes_billed), 0) AS bytes_billed,
  COALESCE(SUM(total_slot_ms), 0) AS slot_ms
FROM named
WHERE @run = '' OR run = @run OR (run IS NULL AND category = @category)
GROUP BY run, category, step
ORDER BY bytes_billed DESC, run, category, step`;
}

/** A row of the answer. */
export const toJobUsage = ({ run, category, step, jobs, bytes_billed, slot_ms }: Row): JobUsage => ({
  run: toText(run),
  category: toText(category),
  step: toText(step),
  jobs: Number(jobs),
  bytesBilled: Number(bytes_billed),
  slotMs: Number(slot_ms),
});

const toText = (value: unknown): string | null => (typeof value === 'string' ? value : null);
