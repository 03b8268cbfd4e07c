// Names that the function and its stack share.

/** CloudWatch's namespace of the function's metrics. */
export const metricNamespace = 'Taxiway/Lambda';
