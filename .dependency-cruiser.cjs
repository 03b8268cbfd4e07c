// Who may import whom; ARCHITECTURE.md says why. `npm run check` runs it.
const libraries = '^apps/(contract|platform|plan)/';
const test = '\\.test\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'contract-and-platform-stand-alone',
      severity: 'error',
      from: { path: '^apps/(contract|platform)/', pathNot: test },
      to: { path: '^(apps|workflows|start|charts|lambda|tests|benchmarks)/', pathNot: '^apps/$1/' },
    },
    {
      name: 'plan-on-contract-and-platform',
      severity: 'error',
      from: { path: '^apps/plan/', pathNot: test },
      to: { path: '^(apps|workflows|start|charts|lambda|tests|benchmarks)/', pathNot: libraries },
    },
    {
      name: 'arrivals-on-contract-and-platform',
      severity: 'error',
      from: { path: '^apps/arrivals/', pathNot: test },
      to: { path: '^(apps|workflows|start|charts|lambda|tests|benchmarks)/', pathNot: '^apps/(arrivals|contract|platform)/' },
    },
    {
      name: 'arrivals-for-the-lambda-and-the-trigger',
      comment: 'What becomes of an object that came is one rule; the two that find objects share it.',
      severity: 'error',
      from: { pathNot: ['^apps/(arrivals|trigger)/', '^(lambda|tests|benchmarks)/', test] },
      to: { path: '^apps/arrivals/' },
    },
    {
      name: 'steps-meet-in-uris',
      comment: 'A step imports itself and the libraries; steps meet in URIs and JSON.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: ['^apps/(arrivals|contract|platform|plan)/', test] },
      to: {
        path: '^(apps|workflows|start|charts|lambda|tests|benchmarks)/',
        pathNot: ['^apps/$1/', '^apps/arrivals/', libraries],
      },
    },
    {
      name: 'lambda-on-libraries',
      severity: 'error',
      from: { path: '^lambda/', pathNot: test },
      to: { path: '^(apps|start|charts|imports|workflows|tests|benchmarks)/', pathNot: ['^apps/arrivals/', libraries] },
    },
    {
      name: 'workflows-on-libraries',
      severity: 'error',
      from: { path: '^workflows/', pathNot: test },
      to: { path: '^(apps|start|charts|imports|lambda|tests|benchmarks)/', pathNot: libraries },
    },
    {
      name: 'start-on-workflows',
      severity: 'error',
      from: { path: '^start/', pathNot: test },
      // The names of images, where the site of a cluster without a cloud is, and how a restricted pod looks are the charts'.
      to: {
        path: '^(apps|charts|lambda|tests|benchmarks)/',
        pathNot: [libraries, '^charts/(versions|env/(solo|site)|constructs/(metadata|security))\\.ts$'],
      },
    },
    {
      name: 'charts-on-workflows-and-contract',
      comment: 'Charts meet in names.ts; they hand the environment to the workflows.',
      severity: 'error',
      from: { path: '^charts/', pathNot: test },
      to: { path: '^(apps|start|lambda|tests|benchmarks)/', pathNot: libraries },
    },
    {
      name: 'charts-never-import-each-other',
      comment: 'charts/<component>.ts exports its create function to main.ts alone; its parts are in charts/<component>/.',
      severity: 'error',
      from: { path: '^charts/([^/.]+)(/|\\.ts$)', pathNot: ['^charts/main\\.ts$', test] },
      to: {
        path: '^charts/',
        pathNot: [
          '^charts/$1/',
          '^charts/(constructs|env|crds)/',
          '^charts/(component|describe-changes|dist-folder|dist-objects|edges|environments|secrets|synthesize|versions)\\.ts$',
        ],
      },
    },
    {
      name: 'no-tests-in-programs',
      severity: 'error',
      from: { pathNot: [test, '^(tests|benchmarks)/'] },
      to: { path: [test, '^tests/'] },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'declared',
      severity: 'error',
      // Charts and the lambda's stack run at development time only; no image holds them.
      from: { pathNot: [test, '^(tests|benchmarks|charts|imports)/', '^lambda/stack', '^[^/]+\\.ts$'] },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.venv|\\.taxiway)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
};
