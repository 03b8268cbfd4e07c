// The home page: did the latest runs work, what did they do to which rows, how good is the model, and where to go on.
import { docsPaths, paths } from '../apps/contract/names.ts';
import { type Html, html } from '../apps/platform/html.ts';
import { toPage } from '../apps/platform/page.ts';
import { toCategory } from './home-category.ts';
import { type Home, toNews, toRuns } from './home-runs.ts';

/** The page as an HTML document. Pure. */
export function toHomePage(home: Home): string {
  const byCategory = Map.groupBy(home.runs, (run) => run.category ?? run.workflow);
  const news = [...byCategory.values()].map(([newest]) => newest);
  return toPage({
    title: 'Overview',
    lead: 'From monthly files to clean tables, documentation and a model.',
    path: '/',
    body:
      home.runs.length === 0
        ? html`<div class="notice"><p class="verdict">Nothing has run yet</p><p><code>npm start</code> runs the pipeline; reload this page then.</p></div>${toDoors()}`
        : html`${news.map((run) => toNews(run, home))}${toDoors()}${[...byCategory].map(([category, runs]) => toCategory(category, runs))}${toRuns(home, news)}`,
  });
}

function toDoors(): Html {
  return html`<ul class="cards">
<li class="card"><h2><a href="${paths.predict}">Predict</a></h2><p class="soft">with the models that serve now</p></li>
<li class="card"><h2><a href="${paths.docs}">Data docs</a></h2><p class="soft">columns, rules, validation reports</p></li>
<li class="card"><h2><a href="${paths.docs}${docsPaths.dbt}">dbt docs</a></h2><p class="soft">models, tests, lineage</p></li>
</ul>`;
}
