// Counts of the site's answers by back end and class of status, from the lines that nginx logs for it.
import { Counter, Histogram, type Registry } from 'prom-client';
import { siteParts } from '../contract/names.ts';

const classes = ['1xx', '2xx', '3xx', '4xx', '5xx'];
/** `<190>Nov 28 20:30:00 nginx: argo 200 0.003`: what is behind syslog's own words. */
const line = /: ([\w-]+) ([1-5])\d\d (\d+\.\d+)\s*$/;

/** Returns what counts one line. A line of another form, or of a back end that is not known, is left out: labels must not grow. */
export function toRequestCounter(registry: Registry): (text: string) => void {
  const requests = new Counter({
    name: 'taxiway_site_requests_total',
    help: 'Answers of the site by the back end that gave them and the class of their status.',
    labelNames: ['back_end', 'status'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'taxiway_site_request_seconds',
    help: 'Time until an answer was sent as a whole. Streams and websockets last as long as a page is open.',
    labelNames: ['back_end'],
    buckets: [0.01, 0.05, 0.2, 1, 5, 30],
    registers: [registry],
  });
  // Each series begins at 0: so the first answer of a kind is an increase, too.
  for (const back_end of siteParts) for (const status of classes) requests.inc({ back_end, status }, 0);
  return (text) => {
    const [, back_end, status, time] = line.exec(text) ?? [];
    if (back_end === undefined || !siteParts.includes(back_end)) return;
    requests.inc({ back_end, status: `${status}xx` });
    seconds.observe({ back_end }, Number(time));
  };
}
