// Dumps every database, and the roles without their passwords, into a new folder of the backups. Nothing lies on a disk of this machine. What is
// too old is the bucket's life cycle to remove, not this account's.
import { OutcomeError } from '../platform/errors.ts';
import { log } from '../platform/log.ts';
import { startDigests } from '../platform/object-storage-digest.ts';
import { openStorage } from '../platform/object-storage-open.ts';
import { writeObject } from '../platform/objects.ts';
import { joinUri } from '../platform/uri.ts';
import { globalsName, type Sum, sumsName, toSums } from './sums.ts';
import { feedTool, readTool, textOfTool } from './tools.ts';

export interface Backup {
  /** URI of the backup's folder. */
  readonly backup: string;
  readonly databases: number;
  readonly bytes: number;
}

/** Throws OutcomeError where there is no database, TemporaryError where a dump fails: the folder is no backup then. */
export async function backUp(backups: string, now: Date): Promise<Backup> {
  // A dump names its database itself; the file is found by its number, since a database may be named as no file can.
  const numbers = lines(
    await query("SELECT oid FROM pg_database WHERE NOT datistemplate AND datallowconn AND datname <> 'postgres' ORDER BY oid"),
  );
  if (numbers.length === 0) throw new OutcomeError('the server has no database of ours; expected one at least');
  const backup = joinUri(backups, toStamp(now));
  const globals = await store(
    joinUri(backup, globalsName),
    readTool('pg_dumpall', ['--globals-only', '--no-role-passwords', '--database=postgres']),
  );
  const sums: Sum[] = [{ name: globalsName, ...globals }];
  let bytes = globals.bytes;
  for (const number of numbers) {
    const name = `${number}.dump`;
    const database = (await query(`SELECT datname FROM pg_database WHERE oid = ${number}`)).replace(/\n$/, '');
    const stored = await store(
      joinUri(backup, name),
      readTool('pg_dump', ['--format=custom', `--dbname=${toConnection(database)}`]),
    );
    await checkDump(joinUri(backup, name));
    sums.push({ name, ...stored });
    bytes += stored.bytes;
    log('dumped', { database, as: name, bytes: stored.bytes });
  }
  await writeObject(joinUri(backup, sumsName), toSums(sums));
  return { backup: `${backup}/`, databases: numbers.length, bytes };
}

/** `2026-11-27T011700Z`: sorts by time, and is a file's name everywhere. */
export const toStamp = (time: Date): string =>
  time
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '');

/** Pg_dump reads a name with = or a scheme as a whole connection string. */
const toConnection = (database: string): string => `dbname='${database.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const query = (sql: string): Promise<string> =>
  textOfTool('psql', [
    '--no-psqlrc',
    '--dbname=postgres',
    '--quiet',
    '--tuples-only',
    '--no-align',
    '--set=ON_ERROR_STOP=1',
    `--command=${sql}`,
  ]);

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

async function store(uri: string, chunks: AsyncIterable<Uint8Array>): Promise<{ sha256: string; bytes: number }> {
  const digests = startDigests(['sha256']);
  const counted = async function* () {
    for await (const chunk of chunks) {
      digests.update(chunk);
      yield chunk;
    }
  };
  const { bytes } = await openStorage(uri).write(uri, counted());
  return { sha256: digests.hex('sha256'), bytes };
}

/** Throws TemporaryError where pg_restore can't list what the dump holds. */
async function checkDump(uri: string): Promise<void> {
  const storage = openStorage(uri);
  const object = await storage.look(uri);
  if (object === undefined) throw new OutcomeError(`${uri}: it was removed as soon as it was written`);
  await feedTool('pg_restore', ['--list'], storage.read(object));
}
