// A file's way into BigQuery in pieces, each of which is sent again where its answer is lost.
// https://cloud.google.com/bigquery/docs/reference/api-uploads#resumable
import { type FileHandle, open } from 'node:fs/promises';
import type { BigQuery } from './bigquery.ts';
import type { Job } from './bigquery-job.ts';
import { TemporaryError } from './errors.ts';

/** Pieces are multiples of 256 KiB. */
const pieceBytes = 8 << 20;

/** Starts a load job with a file's content. Throws BigQueryRefusal, with 409 where the job's id is taken. */
export async function uploadJob(
  bigQuery: BigQuery,
  job: object,
  { what, path, bytes }: { readonly what: string; readonly path: string; readonly bytes: number },
): Promise<Job> {
  const opened = await bigQuery.send({
    what,
    method: 'POST',
    path: bigQuery.uploadUrl('jobs'),
    query: { uploadType: 'resumable' },
    headers: { 'x-upload-content-type': 'application/vnd.apache.parquet', 'x-upload-content-length': String(bytes) },
    body: job,
  });
  const session = opened.headers.get('location');
  if (session === null) throw new TemporaryError(`${what}: BigQuery opened no upload; a retry opens another`);
  const file = await open(path);
  try {
    let sent = 0;
    for (;;) {
      const answer = await sendPiece(bigQuery, session, { what, file, from: sent, bytes });
      if (!answer.headers.has('x-upload-goes-on')) return (await answer.json()) as Job;
      const next = Number(/^bytes=0-(\d+)$/.exec(answer.headers.get('range') ?? '')?.[1] ?? -1) + 1;
      if (next <= sent && next < bytes)
        throw new TemporaryError(`${what}: the upload does not go on after ${sent} bytes; a retry begins anew`);
      sent = next;
    }
  } finally {
    await file.close();
  }
}

async function sendPiece(
  bigQuery: BigQuery,
  session: string,
  { what, file, from, bytes }: { what: string; file: FileHandle; from: number; bytes: number },
): Promise<Response> {
  const piece = Buffer.alloc(Math.min(pieceBytes, bytes - from));
  const { bytesRead } = await file.read(piece, 0, piece.length, from);
  if (bytesRead < piece.length) throw new TemporaryError(`${what}: the file became shorter while it was read`);
  return bigQuery.send({
    what,
    method: 'PUT',
    path: session,
    headers: { 'content-range': `bytes ${from}-${from + piece.length - 1}/${bytes}` },
    bytes: piece,
  });
}
