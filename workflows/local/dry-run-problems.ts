// What the steps of a run would refuse in its parameters, found without running them.

import { fileNameOf, monthOf, monthOfFile } from '../../apps/contract/file-name.ts';
import { categories } from '../../apps/contract/generated/categories.ts';
import { createIndex } from '../check/index.ts';
import { collectDemands, findGivenProblems } from '../check/values.ts';
import type { Templates, WorkflowTemplate } from '../template-schema.ts';

type Given = Readonly<Record<string, string>>;

/** One line a problem: values of another kind than the flags take, and values that don't belong together. */
export function findDryRunProblems(root: WorkflowTemplate, templates: Templates, given: Given): string[] {
  const kinds = findGivenProblems(root, collectDemands(createIndex(templates, {})), given);
  return [...kinds, ...findThresholdProblem(given), ...findMonthProblems(given), ...findFileProblem(given)];
}

/** As validate takes it. */
function findThresholdProblem({ threshold }: Given): string[] {
  const percent = Number(threshold);
  if (threshold === undefined || Number.isNaN(percent)) return [];
  const isOne = percent === 0 || (percent > 1 && percent <= 100);
  return isOne ? [] : [`parameter "threshold": "${threshold}" is not a percentage: expected 0, or more than 1 and at most 100`];
}

/** As backfill takes them. */
function findMonthProblems({ from, to }: Given): string[] {
  const problems = Object.entries({ from, to }).flatMap(([name, value]) =>
    value === undefined || /^\d{4}-(0[1-9]|1[0-2])(-01)?$/.test(value)
      ? []
      : [`parameter "${name}": ${JSON.stringify(value.slice(0, 80))} is not a month such as 2023-01`],
  );
  if (problems.length > 0 || from === undefined || to === undefined || monthOf(from) <= monthOf(to)) return problems;
  return [`parameter "to": ${to} is before ${from}`];
}

/** As transfer takes them: the file is that of the category and month. */
function findFileProblem({ category, filename, uri, run_date: runDate }: Given): string[] {
  const dataset = Object.entries(categories).find(([name]) => name === category)?.[1];
  if (dataset === undefined || filename === undefined || runDate === undefined) return [];
  const month = monthOf(runDate);
  const shown = JSON.stringify(filename.slice(0, 80));
  if (monthOfFile(dataset, filename) !== month)
    return [
      `parameter "filename": ${shown} is not the file of ${category} and ${runDate}, which is ${fileNameOf(dataset, month)}`,
    ];
  return uri === undefined || uri.endsWith(`/${filename}`) ? [] : [`parameter "uri": it does not end in /${filename}`];
}
