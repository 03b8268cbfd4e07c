// The lambda's place in Amazon's account, as CloudFormation: from a bucket's new objects to the function, and to who is told.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, BootstraplessSynthesizer, CfnOutput, type IStackSynthesizer, Stack } from 'aws-cdk-lib';
import { createAlarms } from './stack-alarms.ts';
import { createFunction } from './stack-function.ts';
import { createParameters } from './stack-parameters.ts';
import { createQueues } from './stack-queue.ts';

/** The text of template.json: the same for the same sources, wherever it is made. */
export function toTemplate(): string {
  const outdir = mkdtempSync(join(tmpdir(), 'taxiway-stack-'));
  try {
    // cfn-lint reads the template in the tests; what CDK has of it takes a second and is wrong about parameters that may be empty.
    const app = new App({ outdir, analyticsReporting: false, treeMetadata: false, builtinCloudFormationValidation: false });
    const stack = createStack(app);
    const { template } = app.synth().getStackArtifact(stack.artifactId);
    return `${JSON.stringify(template, null, 2)}\n`;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function createStack(app: App): Stack {
  const stack = new Stack(app, 'Lambda', {
    description: 'Taxiway: starts a workflow for each file that lands in a bucket',
    // Its code is a zip in a bucket of the account's own: nothing needs cdk bootstrap.
    synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
  });
  const parameters = createParameters(stack);
  const { queue, dead } = createQueues(stack, parameters.value('SourceBucket'));
  const made = createFunction(stack, parameters, queue);
  createAlarms(stack, parameters, dead);
  const outputs = { FunctionName: made.ref, RoleArn: made.role, QueueUrl: queue.ref, DeadLettersUrl: dead.ref };
  const arns = { QueueArn: queue.attrArn, DeadLettersArn: dead.attrArn };
  for (const [name, value] of Object.entries({ ...outputs, ...arns })) new CfnOutput(stack, name, { value });
  return stack;
}
