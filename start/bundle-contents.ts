// What goes into each image of ours beside its Dockerfile: for TypeScript a bundle of main.ts, for Python the app's own files.

export interface BundleContents {
  readonly language: 'typescript' | 'python';
  /** Files and folders of the app's folder that its program reads; `*.py` is every Python file but the tests. */
  readonly files: readonly string[];
  /** The command lines that answer --help without anything else. */
  readonly programs: readonly (readonly string[])[];
}

const node = (files: readonly string[] = []): BundleContents => ({
  language: 'typescript',
  files,
  programs: [['node', 'main.js']],
});

export const bundles: Readonly<Record<string, BundleContents>> = {
  backup: node(['restore.sh']),
  cluster: node(),
  costs: node(),
  docs: node(),
  etl: node(),
  finish: node(),
  handover: node(),
  load: node(),
  months: node(),
  predict: node(),
  publish: node(),
  'schema-groups': node(),
  setup: node(),
  'site-metrics': node(),
  tables: node(),
  transfer: node(),
  validate: node(['expectations']),
  dbt: {
    language: 'python',
    files: ['*.py', 'dbt_project.yml', 'profiles.yml', 'macros', 'models', 'seeds', 'image-requirements.txt'],
    programs: [['python', 'run.py']],
  },
  ml: {
    language: 'python',
    files: ['*.py', 'generated', 'image-requirements.txt'],
    programs: [
      ['python', 'train.py'],
      ['python', 'retrain.py'],
    ],
  },
  spark: {
    language: 'python',
    files: ['*.py', 'plan.schema.json', 'jars.txt', 'jmx.yaml', 'metrics.properties', 'image-requirements.txt'],
    programs: [['python', 'runner.py']],
  },
  mlflow: { language: 'python', files: ['requirements.txt'], programs: [['mlflow', 'server']] },
};
