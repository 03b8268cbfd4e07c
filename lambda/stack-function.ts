// The function itself, its log, and what hands it messages.
import { Aws } from 'aws-cdk-lib';
import { CfnEventSourceMapping, CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { functionMegabytes, functionsAtOnce, functionTimeout } from './stack-limits.ts';
import type { Parameters } from './stack-parameters.ts';
import { createRole } from './stack-role.ts';

/** Adds the function, named as the stack. */
export function createFunction(scope: Construct, parameters: Parameters, queue: CfnQueue): CfnFunction {
  const { value } = parameters;
  const log = new CfnLogGroup(scope, 'Log', { logGroupName: `/aws/lambda/${Aws.STACK_NAME}`, retentionInDays: 30 });
  const role = createRole(scope, parameters, { queue, log });
  const made = new CfnFunction(scope, 'Function', {
    functionName: Aws.STACK_NAME,
    description: `Starts a workflow for each file that lands in ${value('SourceBucket')}`,
    code: { s3Bucket: value('CodeBucket'), s3Key: value('CodeKey') },
    runtime: 'nodejs24.x',
    architectures: ['arm64'],
    handler: 'index.handler',
    role: role.attrArn,
    timeout: functionTimeout.toSeconds(),
    memorySize: functionMegabytes,
    reservedConcurrentExecutions: functionsAtOnce,
    tracingConfig: { mode: 'Active' },
    loggingConfig: { logFormat: 'JSON', logGroup: log.ref },
    environment: { variables: toVariables(parameters) },
  });
  new CfnEventSourceMapping(scope, 'Messages', {
    eventSourceArn: queue.attrArn,
    functionName: made.ref,
    batchSize: 10,
    functionResponseTypes: ['ReportBatchItemFailures'],
    // Else messages are received that no function is free for, which brings them nearer to the dead letters.
    scalingConfig: { maximumConcurrency: functionsAtOnce },
  });
  return made;
}

/** As settings.ts reads them: empty ones are not set. */
const toVariables = ({ value }: Parameters): Record<string, string> => ({
  SOURCE_BUCKET: value('SourceBucket'),
  PROJECT: value('Project'),
  LOCATION: value('Location'),
  CLUSTER: value('Cluster'),
  NAMESPACE: value('Namespace'),
  WORKFLOW_TEMPLATE: value('WorkflowTemplate'),
  DNS_ENDPOINT: value('DnsEndpoint'),
  GOOGLE_CREDENTIALS: value('GoogleCredentials'),
  SECRET_ID: value('CredentialsArn'),
  NODE_POOL: value('NodePool'),
  NODE_POOL_SIZE: value('NodePoolSize'),
});
