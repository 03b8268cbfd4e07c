// backup: dumps every database of a Postgres server into a bucket, or restores the newest backup and reads it. Each task has a file of its own.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { uriOption } from '../platform/object-storage-uri.ts';
import { runProgram } from '../platform/program.ts';
import { takeFlags } from '../platform/task-flags.ts';
import { backUp } from './back-up.ts';
import { checkRestore } from './check-restore.ts';
import { waitForServer } from './wait-for-server.ts';

await runProgram({
  name: 'backup',
  description:
    "Backs up Postgres into a bucket or folder, or proves that the newest backup can be restored. The server is psql's own: PGHOST, PGUSER, and PGPASSWORD or PGPASSWORD_FILE.",
  options: {
    task: z.enum(['back-up', 'check-restore']).describe('back-up: every database; check-restore: the newest backup'),
    backups: uriOption.describe('URI of the folder of all backups: gs://, s3:// or file://'),
    scratch: z.string().min(1).optional().describe('check-restore: an empty folder for the backup and a server of its own'),
  },
  run: async ({ task, ...flags }) => {
    switch (task) {
      case 'back-up': {
        const { PGPASSWORD_FILE: file } = process.env;
        if (file) process.env.PGPASSWORD = (await readFile(file, 'utf8')).replace(/\n+$/, '');
        await waitForServer();
        return backUp(takeFlags(task, flags, ['backups']).backups, new Date());
      }
      case 'check-restore': {
        const { backups, scratch } = takeFlags(task, flags, ['backups', 'scratch']);
        return checkRestore(backups, { scratch, now: new Date() });
      }
    }
  },
});
