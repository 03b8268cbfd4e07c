// The style of every page: one sheet, light and dark by the reader's setting, from 360 px up. Page-specific rules stand at the end.

export const pageStyle = `
:root{color-scheme:light dark;--paper:#fff;--wash:#f6f5f1;--ink:#1d1c18;--soft:#5d5a50;--line:#e0ddd3;--accent:#f5b800;--link:#0b57a4;
--good:#1a6b38;--good-wash:#e2f3e7;--bad:#a8201a;--bad-wash:#fbe6e4;--warn:#7a5200;--warn-wash:#fdf1cf;--plain-wash:#ecebe5;--bar:#b9b4a4}
@media(prefers-color-scheme:dark){:root{--paper:#171612;--wash:#201f1a;--ink:#eeece4;--soft:#aba798;--line:#37352d;--accent:#f5b800;--link:#8fc1ff;
--good:#7ed49a;--good-wash:#17301f;--bad:#ff9d95;--bad-wash:#3c1a18;--warn:#f0c75a;--warn-wash:#372b0c;--plain-wash:#2c2a24;--bar:#6d6959}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
a{color:var(--link);text-underline-offset:.18em}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
main:focus{outline:none}
.skip{position:absolute;left:-999rem;top:.5rem;z-index:2;padding:.5rem 1rem;background:var(--ink);color:var(--paper);border-radius:6px}
.skip:focus{left:1rem}
.site{border-bottom:1px solid var(--line);background:var(--wash);border-top:4px solid var(--accent)}
.site-row{max-width:68rem;margin:0 auto;padding:.55rem 1.25rem;display:flex;flex-wrap:wrap;align-items:center;gap:.25rem 1.5rem}
.brand{display:inline-flex;align-items:center;gap:.55rem;font-weight:700;letter-spacing:-.01em;color:var(--ink);text-decoration:none;font-size:1.05rem}
.brand-mark{width:1.5rem;height:.8rem;border-radius:2px;background:repeating-conic-gradient(var(--ink) 0 25%,var(--accent) 0 50%) 0 0/.4rem .4rem}
.site nav ul{display:flex;gap:.25rem;margin:0;padding:0;list-style:none}
.site nav a{display:block;padding:.35rem .7rem;border-radius:6px;color:var(--soft);text-decoration:none}
.site nav a:hover{color:var(--ink);background:var(--plain-wash)}
.site nav a[aria-current]{color:var(--ink);font-weight:600;box-shadow:inset 0 -2px 0 var(--accent);border-radius:6px 6px 0 0}
main{max-width:68rem;margin:0 auto;padding:2rem 1.25rem 3rem}
.site-end{max-width:68rem;margin:0 auto;padding:1rem 1.25rem 2.5rem;color:var(--soft);font-size:.85rem;border-top:1px solid var(--line)}
h1{font-size:clamp(1.6rem,1.2rem + 2vw,2.2rem);line-height:1.2;letter-spacing:-.02em;margin:0 0 .5rem}
h2{font-size:1.25rem;letter-spacing:-.01em;line-height:1.3;margin:2.5rem 0 .75rem}
h3{font-size:1rem;margin:1.5rem 0 .5rem}
p,ul,ol{margin:.5rem 0 1rem}
.lead{color:var(--soft);max-width:46rem;font-size:1.05rem;margin-bottom:1.5rem}
.soft{color:var(--soft)}
small,.small{font-size:.85rem}
code,pre,kbd{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.88em}
code{background:var(--plain-wash);padding:.08em .35em;border-radius:4px}
pre{background:var(--wash);border:1px solid var(--line);border-radius:8px;padding:.9rem 1rem;overflow-x:auto}
pre code{background:none;padding:0}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:8px;margin:.75rem 0 1.25rem;overflow-wrap:normal}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.55rem .85rem;border-bottom:1px solid var(--line)}
th{background:var(--wash);font-weight:600;font-size:.82rem;color:var(--soft);white-space:nowrap}
tbody tr:last-child>*{border-bottom:0}
td.number,th.number{text-align:right}
.nowrap{white-space:nowrap}
.chip{display:inline-block;padding:.1rem .55rem;border-radius:999px;font-size:.8rem;font-weight:600;line-height:1.5;white-space:nowrap;background:var(--plain-wash);color:var(--soft)}
.chip.good{background:var(--good-wash);color:var(--good)}
.chip.bad{background:var(--bad-wash);color:var(--bad)}
.chip.warn{background:var(--warn-wash);color:var(--warn)}
.bar{display:block;width:100%;min-width:5rem;height:.5rem;border-radius:4px;background:var(--plain-wash);overflow:hidden}
.bar rect{fill:var(--bar)}
.bar.good rect{fill:var(--good)}
.bar.bad rect{fill:var(--bad)}
.bar.warn rect{fill:var(--accent)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin:1rem 0 1.5rem}
.figures>div{border:1px solid var(--line);border-radius:10px;padding:.75rem 1rem}
.figures dt{color:var(--soft);font-size:.85rem}
.figures dd{margin:0;font-size:1.35rem;font-weight:650;letter-spacing:-.01em;line-height:1.3}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr));gap:1rem;padding:0;margin:1rem 0 1.5rem;list-style:none}
.card{border:1px solid var(--line);border-radius:10px;padding:1rem 1.15rem;background:var(--paper)}
.card h3{margin:0 0 .25rem}
.card p{margin:.25rem 0}
.notice{border:1px solid var(--line);border-left:4px solid var(--accent);border-radius:8px;padding:.85rem 1.1rem;background:var(--wash);margin:1rem 0 1.5rem}
.notice.good{border-left-color:var(--good)}
.notice.bad{border-left-color:var(--bad)}
.notice>:first-child{margin-top:0}
.notice>:last-child{margin-bottom:0}
.verdict{font-size:1.2rem;font-weight:650}
.crumbs{font-size:.9rem;margin:0 0 1rem;color:var(--soft)}
details{border:1px solid var(--line);border-radius:8px;margin:.5rem 0}
summary{cursor:pointer;padding:.6rem .9rem;font-weight:600}
details>:not(summary){margin-left:.9rem;margin-right:.9rem}
label,legend{display:block;font-weight:600;font-size:.92rem;margin-bottom:.25rem}
fieldset{border:0;padding:0;margin:0}
input,select,button{font:inherit;color:inherit}
input:not([type=radio]):not([type=checkbox]),select{width:100%;min-height:2.75rem;padding:.5rem .7rem;border:1px solid var(--soft);border-radius:8px;background:var(--paper)}
button,.button{display:inline-block;min-height:2.75rem;padding:.55rem 1.4rem;border:0;border-radius:8px;background:var(--accent);color:#1d1600;font-weight:650;cursor:pointer;text-decoration:none}
button:hover,.button:hover{filter:brightness(.94)}
button[disabled]{opacity:.6;cursor:default}
.fields{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,15rem),1fr));gap:1rem 1.25rem}
.hint{color:var(--soft);font-size:.85rem;margin:.25rem 0 0}
.problem{color:var(--bad);font-size:.88rem;margin:.25rem 0 0;font-weight:600}
.results{list-style:none;padding:0;margin:.75rem 0 1.25rem;border:1px solid var(--line);border-radius:8px}
.results>li{padding:.8rem 1rem;border-bottom:1px solid var(--line)}
.results>li:last-child{border-bottom:0}
.results p{margin:.15rem 0}
.results-head{display:flex;justify-content:space-between;gap:1rem;align-items:baseline}
.results strong{font-weight:600}
.results .bar{margin:.5rem 0}
.held>li{padding:.45rem 1rem}
.held strong{font-weight:400}
.held .soft{font-size:.85rem}
td code{background:none;padding:0}
.kinds ul{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none;padding:0;margin:0 0 1.5rem}
.kinds a{display:block;padding:.4rem .95rem;border:1px solid var(--line);border-radius:999px;color:var(--soft);text-decoration:none}
.kinds a:hover{color:var(--ink);background:var(--plain-wash)}
.kinds a[aria-current]{color:var(--ink);font-weight:600;border-color:var(--accent);box-shadow:inset 0 0 0 1px var(--accent)}
.predict{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:2rem;align-items:start}
.map{display:none;border:0;margin:.1rem 0 0}
.scripts .map{display:block}
.map summary{padding:.2rem 0;font-size:.85rem;font-weight:400;color:var(--link)}
.map svg{display:block;width:100%;max-height:24rem;margin:0;border:1px solid var(--line);border-radius:8px;cursor:crosshair}
.map path{stroke:var(--bar);stroke-width:6;stroke-linecap:round}
.map circle{fill:var(--accent);stroke:var(--ink);stroke-width:2}
.outcome{border:1px solid var(--line);border-top:4px solid var(--accent);border-radius:10px;padding:1.25rem;background:var(--wash);min-height:11rem}
.outcome p{margin:.15rem 0}
.predicted{font-size:clamp(2.6rem,2rem + 3vw,3.6rem);font-weight:700;letter-spacing:-.03em;line-height:1.15}
.predicted small{font-size:.42em;letter-spacing:0}
.models{list-style:none;padding:.75rem 0 0;margin:.75rem 0 0;border-top:1px solid var(--line)}
[aria-invalid]{border-color:var(--bad)!important}
[hidden]{display:none!important}
.figure-note{display:block;margin-top:.2rem;font-size:.85rem;font-weight:400;letter-spacing:0;line-height:1.45;color:var(--soft)}
.card h2{margin:0 0 .25rem;font-size:1.05rem}
.facts{display:grid;grid-template-columns:auto minmax(0,1fr);gap:.3rem 1rem;margin:.5rem 0 0}
.facts dt{color:var(--soft)}
.facts dd{margin:0}
.reasons{list-style:none;padding:0;display:grid;gap:.45rem}
.reasons li{display:grid;grid-template-columns:minmax(0,14rem) 5rem minmax(0,1fr);gap:.1rem .75rem;align-items:center}
.reasons code{background:none;padding:0}
.reasons span{text-align:right}
.code-pair{display:inline-block;margin-right:.6rem}
.lineage{list-style:none;padding:0;display:grid;grid-template-columns:repeat(5,minmax(0,1fr));gap:.75rem 1.75rem;align-items:center}
.lineage li{position:relative;border:1px solid var(--line);border-radius:8px;padding:.6rem .75rem;display:grid;gap:.15rem;background:var(--wash)}
.lineage code{background:none;padding:0;font-weight:600;font-size:.8rem;overflow-wrap:normal}
.lineage .at-1,.lineage .at-2{grid-row:1/4}
.at-1{grid-column:1}.at-2{grid-column:2}.at-3{grid-column:3}.at-4{grid-column:4}.at-5{grid-column:5}
.row-1{grid-row:1}.row-2{grid-row:2}.row-3{grid-row:3}
.lineage li:not(.at-1)::before{content:"→";position:absolute;left:-1.4rem;top:50%;transform:translateY(-50%);color:var(--soft)}
.lineage-from{display:none}
@media(max-width:60rem){.lineage{grid-template-columns:minmax(0,1fr)}.lineage li{grid-column:1;grid-row:auto}.lineage .at-1,.lineage .at-2{grid-row:auto}
.lineage li:not(.at-1)::before{content:none}.lineage-from{display:block}}
@media(max-width:48rem){.predict{grid-template-columns:minmax(0,1fr)}.reasons li{grid-template-columns:minmax(0,1fr) auto}.reasons .bar{grid-column:1/-1}}
@media(max-width:30rem){main{padding-top:1.4rem}.site-row{padding:.45rem 1rem}main,.site-end{padding-left:1rem;padding-right:1rem}th,td{padding:.5rem .65rem}}
@media print{.site,.skip,.site-end{display:none}.scroll{overflow:visible}}
`;
