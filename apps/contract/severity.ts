// How much a failed expectation or check weighs: a critical one refuses the file, the others count or are shown.
export type Severity = 'critical' | 'warning' | 'info';
