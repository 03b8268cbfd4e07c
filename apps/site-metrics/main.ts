// site-metrics: stands beside the load balancer's nginx and gives Prometheus what nginx alone does not: answers by back end and
// status, and when the certificate ends.
import { z } from 'zod';
import { runProgram } from '../platform/program.ts';
import { serve } from '../platform/web-server.ts';
import { addCertificateEnd } from './certificate.ts';
import { toRequestCounter } from './request-counter.ts';
import { receiveLines } from './syslog.ts';

const port = z.coerce.number().int().min(0).max(65535);

await runProgram({
  name: 'site-metrics',
  description: "Counts nginx's answers, which it logs over syslog, and says when the site's certificate ends.",
  options: {
    certificate: z.string().min(1).describe('path of the certificate with its chain, PEM'),
    syslog: port.describe('UDP port on the loopback interface that nginx logs to'),
    host: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
    port: port.default(9113).describe('port to listen on; 0 takes any that is free'),
  },
  run: async ({ certificate, syslog, host, port }) => {
    let count = (_line: string): void => undefined;
    const stop = await receiveLines(syslog, (line) => count(line));
    await serve({
      name: 'site-metrics',
      host,
      port,
      isReady: () => Promise.resolve(true),
      addRoutes: (_app, registry) => {
        count = toRequestCounter(registry);
        addCertificateEnd(registry, certificate);
      },
    });
    stop();
  },
});
