// What the function may take: its time, its memory, and how often it runs at once.
import { Duration } from 'aws-cdk-lib';

/** A pool that wakes up takes one to three minutes; what is left of them the next delivery waits. */
export const functionTimeout = Duration.seconds(120);
/** It uses a tenth at first and a third when it has run long; a processor's share grows with it, and so does the speed of a cold start. */
export const functionMegabytes = 1024;
/** Enough for thousands of files an hour, and no flood for the cluster's API server. */
export const functionsAtOnce = 5;
