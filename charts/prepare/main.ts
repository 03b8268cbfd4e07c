// `npm run prepare-cluster -- <environment> --cluster NAME`: prints the commands to review, then to hand to bash. It changes nothing.
import { register } from 'tsx/esm/api';
import { z } from 'zod';
import { UsageError } from '../../apps/platform/errors.ts';
import { runProgram } from '../../apps/platform/program.ts';
import { checkEnvironments } from '../environments.ts';

// The charts import enums, which Node does not take.
register();
const { toScript } = await import('./to-script.ts');

const given = process.argv.slice(2);
const name = given[0]?.startsWith('-') ? '' : (given[0] ?? '');
const flags = given.slice(name === '' ? 0 : 1);
await runProgram(
  {
    name: 'npm run prepare-cluster',
    description:
      'Prints a script that prepares a Google project and a GKE cluster (npm run --silent prepare-cluster -- <environment> --cluster <name>), or, off Google, a cluster that has Argo CD.',
    options: {
      cluster: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,39}$/, 'expected the name of a GKE cluster')
        .optional()
        .describe('the GKE cluster, which exists; nothing where the environment is not on Google'),
    },
    run: async ({ cluster }) => {
      const environments = checkEnvironments();
      const env = Object.hasOwn(environments, name) ? environments[name] : undefined;
      if (env === undefined)
        throw new UsageError(`"${name}" is no environment; expected one of ${Object.keys(environments).join(', ')}`);
      process.stdout.write(toScript(env, cluster));
      return undefined;
    },
  },
  given.includes('--help') ? ['--help'] : flags,
);
