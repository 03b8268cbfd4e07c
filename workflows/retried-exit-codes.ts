// Which ends of a step another try may help, in the cluster and on one machine alike.
import { exitCode } from '../apps/platform/errors.ts';

/** A shell's code of a program that SIGTERM ended, as a node that drains does. */
const sigtermCode = 143;
/** SIGKILL: too little memory for the moment, or a node that went away. A step that always needs more fails when its tries are over. */
export const sigkillCode = 137;

export const retriedExitCodes: readonly number[] = [exitCode.temporary, sigkillCode, sigtermCode];
