// The one layout of every page of ours: header with navigation, main part, embedded style, nothing from outside.
import { type Html, type HtmlValue, html, toTrustedHtml } from './html.ts';
import { pageStyle } from './page-style.ts';

export interface Page {
  readonly title: string;
  readonly body: HtmlValue;
  /** Where this page stands on the site, such as `/docs/`: marks its entry in the navigation. */
  readonly path?: string;
  /** A line under the title. */
  readonly lead?: HtmlValue;
  /** A script of our own, as text, at the end of the page. */
  readonly script?: string;
}

const navigation = [
  { path: '/', label: 'Home' },
  { path: '/docs/', label: 'Docs' },
  { path: '/predict/', label: 'Predict' },
];

/** A whole HTML document. Every value in it that is not made by `html` is escaped. */
export function toPage({ title, body, path, lead, script }: Page): string {
  return `${html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Taxiway</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%23f5b800'/%3E%3Cpath d='M3 5h10M8 5v7' stroke='%23211c00' stroke-width='2.4'/%3E%3C/svg%3E">
<style>${toTrustedHtml(pageStyle)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="site"><div class="site-row"><a class="brand" href="/"><span class="brand-mark" aria-hidden="true"></span>Taxiway</a>${toNavigation(path)}</div></header>
<main id="main" tabindex="-1">
<h1>${title}</h1>
${lead === undefined ? '' : html`<p class="lead">${lead}</p>\n`}${body}
</main>
<footer class="site-end">Taxiway · from monthly files to tables and models</footer>
${script === undefined ? '' : html`<script>${toTrustedHtml(script)}</script>\n`}</body>
</html>
`}`;
}

function toNavigation(path: string | undefined): Html {
  const current = navigation.findLast((entry) => path?.startsWith(entry.path) && (entry.path !== '/' || path === '/'));
  return html`<nav aria-label="Site"><ul>${navigation.map((entry) =>
    entry === current
      ? html`<li><a href="${entry.path}" aria-current="page">${entry.label}</a></li>`
      : html`<li><a href="${entry.path}">${entry.label}</a></li>`,
  )}</ul></nav>`;
}

export type Tone = 'good' | 'bad' | 'warn' | 'plain';

/** A small coloured word: a status, a severity. */
export const toChip = (text: string, tone: Tone = 'plain'): Html => html`<span class="chip ${tone}">${text}</span>`;

/** A bar for a share of a whole, 0 to 100 percent; a share above nothing is always visible. */
export function toBar(percent: number, tone: Tone = 'plain'): Html {
  const width = percent > 0 ? Math.min(100, Math.max(1, percent)) : 0;
  return html`<svg class="bar ${tone}" viewBox="0 0 100 1" preserveAspectRatio="none" role="img" aria-label="${toPercent(percent)}"><rect width="${width.toFixed(2)}" height="1"></rect></svg>`;
}

/** `12.3 %`; shares that round to 0 or 100 but are not are told apart from them. */
export function toPercent(percent: number): string {
  if (percent > 0 && percent < 0.01) return '< 0.01 %';
  if (percent < 100 && percent > 99.99) return '> 99.99 %';
  return `${Number(percent.toFixed(2))} %`;
}

/** `1,234,567`. */
export const toCount = (count: number | bigint): string => count.toLocaleString('en-US');

/** A table in a box of its own that scrolls sideways when the screen is narrow. `label` names the box for the keyboard. */
export function toTable(label: string, head: readonly HtmlValue[], rows: readonly (readonly HtmlValue[])[]): Html {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table><thead><tr>${head.map(
    (cell) => html`<th scope="col">${cell}</th>`,
  )}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}

/** Figures in a row: each a large value over its name. */
export function toFigures(figures: readonly { readonly name: string; readonly value: HtmlValue }[]): Html {
  return html`<dl class="figures">${figures.map(({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
