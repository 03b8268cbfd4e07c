// dbt's documentation as dbt writes it, without three requests for files that do not exist.

/** Mends dbt's static page: its favicon is an unfilled template, and two icons are asked for before their names are filled in. */
export function mendDbtPage(page: string): string {
  return page
    .replace(/(<link rel="shortcut icon" href=")\$\{[^}"]*\}(")/, '$1data:,$2')
    .replaceAll('<use xlink:href="{{', '<use ng-attr-href="{{');
}
