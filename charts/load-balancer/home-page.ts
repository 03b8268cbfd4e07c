// The home page of the cluster's site: a link to each back end, and whether it is well.
import { type BackEnd, backEnds } from '../../apps/contract/names.ts';
import { html } from '../../apps/platform/html.ts';

const texts: Readonly<Record<BackEnd, readonly [title: string, text: string]>> = {
  argo: ['Workflows', 'runs, their steps and logs'],
  mlflow: ['MLflow', 'models and what they were trained on'],
  grafana: ['Grafana', 'operations, costs and the monthly figures'],
  prometheus: ['Prometheus', 'metrics and alerts'],
  docs: ['Data docs', 'columns, rules, validation reports, dbt'],
  predict: ['Predict', 'with the models that serve now'],
};

/** As an HTML document without any style or script of its own. */
export const toHomePage = (): string =>
  String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Taxiway</title>
<link rel="stylesheet" href="/home.css">
<script src="/home.js" defer></script>
</head>
<body>
<h1>Taxiway</h1>
<ul>
${(Object.keys(texts) as BackEnd[]).map((name) => {
  const [title, text] = texts[name];
  return html`<li><span><a href="${backEnds[name].path}">${title}</a> – ${text}</span> <a class="state" href="/health/${name}" data-health="/health/${name}">health</a></li>
`;
})}</ul>
</body>
</html>
`);
