// When the site's certificate ends: read at each scrape, as a renewed one takes the file's place.
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Gauge, type Registry } from 'prom-client';
import { log } from '../platform/log.ts';

/** Adds the gauge. It has no value where the file can't be read, and the log says why. */
export function addCertificateEnd(registry: Registry, path: string): void {
  new Gauge({
    name: 'taxiway_site_certificate_end_timestamp_seconds',
    help: 'When the first certificate of the chain ends, in Unix seconds.',
    // A label, so that there is no sample until there is a value.
    labelNames: ['file'],
    registers: [registry],
    async collect() {
      this.reset();
      try {
        this.set({ file: 'tls.crt' }, toEnd(await readFile(path, 'utf8')));
      } catch (error) {
        log('the certificate can not be read', { path, why: (error as Error).message });
      }
    },
  });
}

/** Unix seconds at which the first of a file's certificates ends. Throws where there is none. */
export function toEnd(pem: string): number {
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0) throw new Error('no certificate in it; expected PEM');
  return Math.min(...certificates.map((one) => Date.parse(new X509Certificate(one).validTo) / 1000));
}
