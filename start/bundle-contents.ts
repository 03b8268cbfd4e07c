// What goes into each image of ours and its Dockerfile: for TypeScript a bundle of main.ts, for Python the app's own files.

export interface BundleContents {
  readonly language: 'typescript' | 'python';
  /** Path below the repository. */
  readonly dockerfile: string;
  /** Files and folders of the app's folder that its program reads; `*.py` is every Python file but the tests. */
  readonly files: readonly string[];
  /** The command lines that answer --help without anything else. */
  readonly programs: readonly (readonly string[])[];
}

const node = (files: readonly string[] = [], dockerfile = 'apps/Dockerfile'): BundleContents => ({
  language: 'typescript',
  dockerfile,
  files,
  programs: [['node', 'main.js']],
});

const python = 'apps/python/Dockerfile';

export const bundles: Readonly<Record<string, BundleContents>> = {
  // With Postgres' own programs.
  backup: node(['restore.sh'], 'apps/backup/Dockerfile'),
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
  trigger: node(),
  validate: node(['expectations']),
  dbt: {
    language: 'python',
    dockerfile: python,
    files: ['*.py', 'dbt_project.yml', 'profiles.yml', 'macros', 'models', 'seeds', 'image-requirements.txt'],
    programs: [['python', 'run.py']],
  },
  ml: {
    language: 'python',
    dockerfile: python,
    files: ['*.py', 'generated', 'image-requirements.txt'],
    programs: [
      ['python', 'train.py'],
      ['python', 'retrain.py'],
    ],
  },
  spark: {
    language: 'python',
    dockerfile: 'apps/spark/Dockerfile',
    files: ['*.py', 'plan.schema.json', 'jars.txt', 'jmx.yaml', 'metrics.properties', 'image-requirements.txt'],
    programs: [['python', 'runner.py']],
  },
  mlflow: { language: 'python', dockerfile: python, files: ['requirements.txt'], programs: [['mlflow', 'server']] },
};
