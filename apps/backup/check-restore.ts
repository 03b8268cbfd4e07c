// Fetches the newest backup, proves its bytes, and restores it into a server of its own, which reads every row of it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCode, OutcomeError, TemporaryError } from '../platform/errors.ts';
import { makeFolder } from '../platform/files.ts';
import { writeToFile } from '../platform/local-copy.ts';
import { log } from '../platform/log.ts';
import { openStorage } from '../platform/object-storage-open.ts';
import { listNames, readObject } from '../platform/objects.ts';
import { checkRoom } from '../platform/room.ts';
import { joinUri } from '../platform/uri.ts';
import { patiently } from './patiently.ts';
import { parseSums, type Sum, sumsName } from './sums.ts';

/** A backup is made each night. */
const mostHours = 26;
/** What initdb makes. */
const emptyServerBytes = 64 * 2 ** 20;

export interface Check {
  /** Name of the backup's folder. */
  readonly backup: string;
  readonly databases: number;
  readonly hoursOld: number;
}

/** Throws OutcomeError where there is no backup, the newest is too old, its bytes have changed, or it can't be restored. */
export async function checkRestore(backups: string, { scratch, now }: { scratch: string; now: Date }): Promise<Check> {
  const names = await patiently(() => listNames(`${backups.replace(/\/+$/, '')}/`));
  const stamps = names.flatMap((name) => /^([^/]+)\/SHA256SUMS$/.exec(name)?.[1] ?? []);
  const stamp = stamps.sort().at(-1);
  if (stamp === undefined) throw new OutcomeError(`${backups}: no backup in it`);
  const hoursOld = Math.floor((now.getTime() - timeOf(stamp)) / 3_600_000);
  if (!(hoursOld <= mostHours))
    throw new OutcomeError(`${stamp}, the newest backup, is ${hoursOld} hours old; expected ${mostHours} at most`);
  const from = joinUri(backups, stamp);
  const sums = parseSums(String(await readObject(joinUri(from, sumsName))), stamp);
  const folder = join(scratch, 'backup');
  try {
    // Left by a check that was killed.
    await rm(folder, { recursive: true, force: true });
    await makeFolder(folder);
    for (const sum of sums) await fetchFile(joinUri(from, sum.name), { folder, stamp, sum });
    await checkRoom(scratch, { what: 'an empty server', bytes: emptyServerBytes, elsewhere: '--scratch' });
    await restore({ BACKUP: folder, STAMP: stamp, SCRATCH: scratch });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const databases = sums.length - 1;
  log('restored and read', { backup: stamp, databases, hoursOld });
  return { backup: stamp, databases, hoursOld };
}

/** NaN for what is no stamp. */
const timeOf = (stamp: string): number => Date.parse(stamp.replace(/T(\d\d)(\d\d)(\d\d)Z$/, 'T$1:$2:$3Z'));

async function fetchFile(uri: string, { folder, stamp, sum }: { folder: string; stamp: string; sum: Sum }): Promise<void> {
  const storage = openStorage(uri);
  const object = await storage.look(uri);
  if (object === undefined) throw new OutcomeError(`${stamp}: ${sum.name} is missing`);
  const digests = await writeToFile(storage, object, {
    path: join(folder, sum.name),
    algorithms: ['sha256'],
    elsewhere: '--scratch',
  });
  if (digests.hex('sha256') !== sum.sha256)
    throw new OutcomeError(`${stamp}: ${sum.name} is not what was written: its SHA-256 is another one`);
}

async function restore(variables: Readonly<Record<string, string>>): Promise<void> {
  const script = join(import.meta.dirname, 'restore.sh');
  const child = spawn('bash', [script], { stdio: ['ignore', process.stderr, 'inherit'], env: { ...process.env, ...variables } });
  const [code, signal] = await once(child, 'close');
  if (code === exitCode.temporary)
    throw new TemporaryError(
      `${variables.SCRATCH}: its disk is full before ${variables.STAMP} is restored; give it more room, or name a larger folder by --scratch`,
    );
  if (code !== 0)
    throw new OutcomeError(`${variables.STAMP}: it can't be restored: restore.sh ended with ${code ?? signal} (see above)`);
}
