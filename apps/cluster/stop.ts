// A stop from outside, as a signal that the work can listen to.

/** From now on SIGTERM and SIGINT no longer end the process: they abort the signal, with a reason that names them. */
export function listenForStop(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => controller.abort(new Error(`stopped by ${name}`)));
  return controller.signal;
}
