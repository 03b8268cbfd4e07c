// A Cloud Storage of its own for a benchmark: fake-gcs-server in memory, without the proxy of the tests.
import { spawn } from 'node:child_process';
import { findFreePort } from '../tests/fixtures/free-port.ts';
import { waitForPort } from '../tests/fixtures/wait-for-port.ts';

/** Starts it with one bucket, and hands its address on. It is gone afterwards. */
export async function withCloudStorage<Value>(
  tool: string,
  bucket: string,
  use: (url: string) => Promise<Value>,
): Promise<Value> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const options = ['-scheme', 'http', '-host', '127.0.0.1', '-port', `${port}`, '-backend', 'memory', '-log-level', 'error'];
  const child = spawn(tool, [...options, '-external-url', url], { stdio: 'ignore' });
  try {
    await waitForPort(port);
    await fetch(`${url}/storage/v1/b?project=none`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: bucket }),
    });
    return await use(url);
  } finally {
    child.kill('SIGKILL');
  }
}
