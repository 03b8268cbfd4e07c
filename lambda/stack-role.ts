// What the function may do in Amazon's account: read one bucket, one secret, one queue; write its own log and traces.
import { Aws } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Parameters } from './stack-parameters.ts';

const allow = (actions: readonly string[], resource: string) => ({ Effect: 'Allow', Action: actions, Resource: resource });

/** Named as the stack, since Google's side names it, too. */
export function createRole(
  scope: Construct,
  { value, whereGiven }: Parameters,
  { queue, log }: { queue: CfnQueue; log: CfnLogGroup },
): CfnRole {
  const bucket = `arn:${Aws.PARTITION}:s3:::${value('SourceBucket')}`;
  return new CfnRole(scope, 'Role', {
    roleName: Aws.STACK_NAME,
    assumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    policies: [
      {
        policyName: 'function',
        policyDocument: {
          Version: '2012-10-17',
          Statement: [
            allow(['s3:GetObject'], `${bucket}/*`),
            // Without it S3 says 403, not 404, of an object that is gone.
            allow(['s3:ListBucket'], bucket),
            allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], queue.attrArn),
            allow(['logs:CreateLogStream', 'logs:PutLogEvents'], log.attrArn),
            // These two know no resources.
            allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'),
            whereGiven('CredentialsArn', allow(['secretsmanager:GetSecretValue'], value('CredentialsArn'))),
          ],
        },
      },
    ],
  });
}
