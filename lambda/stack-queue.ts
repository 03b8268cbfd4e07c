// The way of an event to the function: EventBridge, a queue, and the queue of what could not be done.
import { Aws, Duration } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { CfnQueue, CfnQueuePolicy } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { functionTimeout } from './stack-limits.ts';

export interface Queues {
  readonly queue: CfnQueue;
  readonly dead: CfnQueue;
}

/** Adds both queues, and the rule that fills the first with the bucket's new objects. */
export function createQueues(scope: Construct, bucket: string): Queues {
  const dead = new CfnQueue(scope, 'DeadLetters', {
    sqsManagedSseEnabled: true,
    messageRetentionPeriod: Duration.days(14).toSeconds(),
  });
  const queue = new CfnQueue(scope, 'Queue', {
    sqsManagedSseEnabled: true,
    // Six times the function's own, as Lambda asks: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    visibilityTimeout: 6 * functionTimeout.toSeconds(),
    // Events that nobody could take for so long wait for somebody in the other queue, not in this one.
    messageRetentionPeriod: Duration.days(4).toSeconds(),
    redrivePolicy: { deadLetterTargetArn: dead.attrArn, maxReceiveCount: 5 },
  });
  const rule = new CfnRule(scope, 'ObjectCreated', {
    description: `New objects of the bucket go to the queue of ${Aws.STACK_NAME}`,
    eventPattern: { source: ['aws.s3'], 'detail-type': ['Object Created'], detail: { bucket: { name: [bucket] } } },
    targets: [{ id: 'queue', arn: queue.attrArn, deadLetterConfig: { arn: dead.attrArn } }],
  });
  new CfnQueuePolicy(scope, 'QueuePolicy', {
    queues: [queue.ref, dead.ref],
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'OnlyTheRuleSends',
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: [queue.attrArn, dead.attrArn],
          Condition: { ArnEquals: { 'aws:SourceArn': rule.attrArn } },
        },
        {
          Sid: 'OnlyByTls',
          Effect: 'Deny',
          Principal: '*',
          Action: 'sqs:*',
          Resource: [queue.attrArn, dead.attrArn],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    },
  });
  return { queue, dead };
}
