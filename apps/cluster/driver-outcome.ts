// How a Spark job ended, as an exit code and a line: from the application's status and the driver's pod.
import type { V1Pod } from '@kubernetes/client-node';
import { exitCode } from '../platform/errors.ts';
import { toLine } from '../platform/kubernetes-refusal.ts';
import { podLabels, type SparkApplication, stateOf } from './spark-application.ts';

export interface Outcome {
  readonly exitCode: number;
  /** What happened, in one line. */
  readonly reason: string;
}

/** Spark's name for it: https://github.com/kubeflow/spark-operator/blob/v2.4.0/pkg/common/spark.go */
const driverContainer = 'spark-kubernetes-driver';
/** Killed (137, for its memory or with its node) and asked to end (143, with its node): not the program's own word. */
const killed: readonly number[] = [137, 143];
/** The program's own word, in the codes that all steps share. */
const passedThrough: readonly number[] = [exitCode.outcome, exitCode.usage, exitCode.bug, exitCode.temporary];

/** The outcome of an application that has ended; `pods` are its pods. */
export function toOutcome(application: SparkApplication, pods: readonly V1Pod[]): Outcome {
  if (stateOf(application) === 'COMPLETED') return { exitCode: exitCode.done, reason: 'completed' };
  const { driverInfo, applicationState } = application.status ?? {};
  const message = lastLine(applicationState?.errorMessage ?? '');
  const drivers = pods.filter(({ metadata }) => metadata?.labels?.[podLabels.role] === 'driver');
  const driver = drivers.find(({ metadata }) => metadata?.name === driverInfo?.podName) ?? drivers.at(-1);
  if (driver !== undefined) return judgeDriver(driver, message);
  // What the operator has kept of a driver whose pod is gone.
  const [, code, reason = ''] = /ExitCode: (\d+)(?:, Reason: (\w+))?/.exec(message) ?? [];
  if (code !== undefined) return judgeExit({ exitCode: Number(code), reason }, message);
  return { exitCode: exitCode.temporary, reason: message || 'the driver never ran' };
}

function judgeDriver({ status }: V1Pod, message: string): Outcome {
  const disruption = status?.conditions?.find(({ type, status: holds }) => type === 'DisruptionTarget' && holds === 'True');
  const containers = status?.containerStatuses ?? [];
  const container = containers.find(({ name }) => name === driverContainer) ?? containers[0];
  const terminated = container?.state?.terminated;
  // Evicted, preempted, its node lost or shut down: the pod says so itself.
  if (disruption !== undefined || status?.reason !== undefined) {
    const reason = [status?.reason ?? disruption?.reason, status?.message ?? disruption?.message];
    return { exitCode: exitCode.temporary, reason: toLine(`the driver's pod was ended: ${reason.filter(Boolean).join(': ')}`) };
  }
  if (terminated === undefined)
    return { exitCode: exitCode.temporary, reason: message || "the driver's pod ended without its program" };
  return judgeExit(
    { exitCode: terminated.exitCode, reason: terminated.reason ?? '' },
    lastLine(terminated.message ?? '') || message,
  );
}

function judgeExit({ exitCode: code, reason }: { exitCode: number; reason: string }, message: string): Outcome {
  const isTemporary = reason === 'OOMKilled' || killed.includes(code);
  const mapped = isTemporary ? exitCode.temporary : passedThrough.includes(code) ? code : exitCode.bug;
  const said = message === '' ? '' : `: ${message}`;
  return { exitCode: mapped, reason: `the driver ended with exit code ${code}${reason === '' ? '' : ` (${reason})`}${said}` };
}

const lastLine = (text: string): string => toLine(text.trimEnd().split('\n').at(-1) ?? '');
