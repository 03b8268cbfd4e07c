// What a deployment says of its place: the stack's parameters, each of which becomes a variable of settings.ts or names a thing of Amazon's.
import { CfnCondition, CfnParameter, type CfnParameterProps, CfnRule, Fn, type IResolvable } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { workflows } from '../apps/contract/names.ts';

const optional = { default: '' } as const;

const parameters = {
  CodeBucket: { description: 'The bucket of the zip, in the region of this stack' },
  CodeKey: { description: 'The key of the zip that "npm run bundle:lambda" has made; another zip has another name' },
  SourceBucket: {
    description: 'The bucket whose objects are followed, in the region of this stack; it sends its events to EventBridge',
  },
  Project: { description: 'The id of the Google Cloud project' },
  Location: { description: 'The region or zone of the GKE cluster' },
  Cluster: { description: 'The GKE cluster' },
  Namespace: { description: 'The namespace of the workflows' },
  WorkflowTemplate: { default: workflows.batch, description: 'The WorkflowTemplate that each object starts' },
  GoogleCredentials: {
    ...optional,
    description: 'The JSON of an external account, as prepare-cluster writes it; or else CredentialsArn',
  },
  CredentialsArn: {
    ...optional,
    allowedPattern: '^(arn:aws[a-z-]*:secretsmanager:[^*?]+)?$',
    constraintDescription: 'expected the whole ARN of one secret',
    description: "The secret with a service account's key; or else GoogleCredentials",
  },
  DnsEndpoint: { default: 'true', allowedValues: ['true', 'false'], description: 'Reach the cluster by its DNS name' },
  NodePool: { ...optional, description: 'The node pool to wake where it has no nodes; empty: none' },
  NodePoolSize: { ...optional, description: 'How many nodes the pool then has' },
  AlarmTopic: { ...optional, description: 'The ARN of the SNS topic that hears alarms; empty: none' },
} as const satisfies Record<string, CfnParameterProps>;

type ParameterName = keyof typeof parameters;
type OptionalName = 'GoogleCredentials' | 'CredentialsArn' | 'NodePool' | 'NodePoolSize' | 'AlarmTopic';

export interface Parameters {
  readonly value: (name: ParameterName) => string;
  /** `then` where the value is not empty, else nothing at all. */
  readonly whereGiven: (name: OptionalName, then: unknown) => IResolvable;
}

/** Adds the parameters, and rules across them. */
export function createParameters(scope: Construct): Parameters {
  const made = Object.fromEntries(
    Object.entries(parameters).map(([name, props]) => [name, new CfnParameter(scope, name, { type: 'String', ...props })]),
  ) as Record<ParameterName, CfnParameter>;
  const value = (name: ParameterName) => made[name].valueAsString;
  createRules(scope, value);
  const whereGiven: Parameters['whereGiven'] = (name, then) => {
    const id = `Has${name}`;
    if (scope.node.tryFindChild(id) === undefined)
      new CfnCondition(scope, id, { expression: Fn.conditionNot(Fn.conditionEquals(value(name), '')) });
    return Fn.conditionIf(id, then, { Ref: 'AWS::NoValue' });
  };
  return { value, whereGiven };
}

/** What would else be found by the function itself, when it starts. */
function createRules(scope: Construct, value: Parameters['value']): void {
  const isEmpty = (name: OptionalName) => Fn.conditionEquals(value(name), '');
  const isGiven = (name: OptionalName) => Fn.conditionNot(isEmpty(name));
  const oneOf = (one: OptionalName, other: OptionalName) =>
    Fn.conditionOr(Fn.conditionAnd(isGiven(one), isEmpty(other)), Fn.conditionAnd(isEmpty(one), isGiven(other)));
  new CfnRule(scope, 'OneSignIn', {
    assertions: [
      {
        assert: oneOf('GoogleCredentials', 'CredentialsArn'),
        assertDescription: 'Expected one of GoogleCredentials and CredentialsArn',
      },
    ],
  });
  new CfnRule(scope, 'PoolWithSize', {
    assertions: [
      {
        assert: Fn.conditionNot(oneOf('NodePool', 'NodePoolSize')),
        assertDescription: 'Expected both of NodePool and NodePoolSize, or none',
      },
    ],
  });
}
