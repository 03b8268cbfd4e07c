// Who is told, and of what: an event that could not be done, and one that will not be until somebody mends something.
import { Aws, Duration, Token } from 'aws-cdk-lib';
import { CfnAlarm, type CfnAlarmProps } from 'aws-cdk-lib/aws-cloudwatch';
import type { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { metricNamespace } from './names.ts';
import type { Parameters } from './stack-parameters.ts';
import type { Outcome } from './telemetry.ts';

export function createAlarms(scope: Construct, { value, whereGiven }: Parameters, dead: CfnQueue): void {
  const actions = Token.asList(whereGiven('AlarmTopic', [value('AlarmTopic')]));
  const anyAtAll = {
    threshold: 0,
    comparisonOperator: 'GreaterThanThreshold',
    evaluationPeriods: 1,
    period: Duration.minutes(5).toSeconds(),
    treatMissingData: 'notBreaching',
    alarmActions: actions,
    okActions: actions,
  } as const satisfies Partial<CfnAlarmProps>;
  new CfnAlarm(scope, 'DeadLettersAlarm', {
    ...anyAtAll,
    alarmName: `${Aws.STACK_NAME}-dead-letters`,
    alarmDescription: 'Events that started no workflow wait in the queue of dead letters; mend the cause, then move them back',
    namespace: 'AWS/SQS',
    metricName: 'ApproximateNumberOfMessagesVisible',
    dimensions: [{ name: 'QueueName', value: dead.attrQueueName }],
    statistic: 'Maximum',
  });
  new CfnAlarm(scope, 'FailedAlarm', {
    ...anyAtAll,
    alarmName: `${Aws.STACK_NAME}-failed`,
    alarmDescription: "An object started no workflow, and no retry will help; the function's log says why",
    namespace: metricNamespace,
    metricName: 'Failed' satisfies Outcome,
    dimensions: [{ name: 'WorkflowTemplate', value: value('WorkflowTemplate') }],
    statistic: 'Sum',
  });
}
