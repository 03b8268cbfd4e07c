// Objects of Google Cloud Storage.
import type { Readable } from 'node:stream';
import type { File } from '@google-cloud/storage';
import { parseBucketUri } from './bucket-uri.ts';
import {
  type ByteRange,
  type ListOptions,
  ObjectChangedError,
  type ObjectEnd,
  type ObjectStorage,
  type StoredObject,
  WriteConditionError,
} from './object-storage.ts';
import { type AskGs, createGsClient, type GsConnection, toObject } from './object-storage-gs-client.ts';
import { isAbsent, statusOf, toGsError, toNoBucket } from './object-storage-gs-errors.ts';
import { composeInGs, writeToGs } from './object-storage-gs-write.ts';
import { checkRange, readInTurns, toBytes, patience as usual } from './object-storage-read.ts';
import { asFolder, isHidden } from './object-storage-uri.ts';
import { type Patience, persevere } from './patience.ts';

/** Google's own pages have as many. */
const objectsOfPage = 1_000;

/** The storage behind gs:// URIs. */
export function createGsStorage(patience: Patience = usual): ObjectStorage {
  const { connected, ask } = createGsClient(patience);
  return {
    list: (folder, options) => list(connected, folder, options),
    look: (uri) => look(ask, uri),
    read: (object, range) =>
      readInTurns(object, range ?? {}, {
        open: (part) => open(ask, object, part),
        explain: (error) => explainRead(object, error),
        patience,
      }),
    readEnd: (uri, bytes) => readEnd(ask, uri, { bytes, patience }),
    write: (uri, content, options) => writeToGs(ask, uri, { content, ...options }),
    copy: (source, target) => copy(ask, source, target),
    compose: (parts, target, options) => composeInGs(ask, parts, { target, ...options }),
    remove: (uri, { version } = {}) => remove(ask, uri, version),
    digestOf: async ({ digest }) => digest,
  };
}

async function* list(
  connected: () => Promise<GsConnection>,
  folder: string,
  { direct = false }: ListOptions = {},
): AsyncIterable<StoredObject> {
  const { bucket, key: prefix } = parseBucketUri('gs', asFolder(folder));
  let pageToken: string | undefined;
  do {
    const query = {
      prefix,
      autoPaginate: false,
      maxResults: objectsOfPage,
      ...(direct ? { delimiter: '/' } : {}),
      ...(pageToken === undefined ? {} : { pageToken }),
    };
    const { client } = await connected();
    const [files, next] = await client
      .bucket(bucket)
      .getFiles(query)
      .catch((error) => {
        const known = toGsError(folder, error);
        throw isAbsent(known) ? toNoBucket(folder) : known;
      });
    for (const { name: key, metadata } of files) {
      const name = key.slice(prefix.length);
      // A name that ends with a slash is how consoles make a folder.
      if (name === '' || name.endsWith('/') || isHidden(name)) continue;
      yield { ...toObject({ bucket, key }, metadata), name };
    }
    pageToken = (next as { pageToken?: string } | null)?.pageToken;
  } while (pageToken !== undefined);
}

async function look(ask: AskGs, uri: string): Promise<StoredObject | undefined> {
  try {
    return await ask(uri, async (file) => {
      const [metadata] = await file.getMetadata();
      return toObject(parseBucketUri('gs', uri), metadata);
    });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** As they are stored: what was stored compressed stays so, since its length and checksums are those of the compressed bytes. */
const asStored = { decompress: false, validation: false } as const;

async function open(ask: AskGs, { uri, version }: StoredObject, { from, to }: Required<ByteRange>): Promise<Readable> {
  const { stream, headers } = await ask(uri, (file) => opened(file.createReadStream({ ...asStored, start: from, end: to - 1 })), {
    client: 'reader',
    version,
  });
  checkRange(uri, { from, range: headers.get('content-range') ?? undefined });
  return stream;
}

/** A stream once its headers are there. Rejects with the client's error. */
function opened(stream: Readable): Promise<{ stream: Readable; headers: Headers }> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.once('response', (response) => {
      const { statusCode, headers } = response;
      // The client pipes it twice, and Node would warn of a leak.
      response.setMaxListeners(20);
      if (statusCode === 200 || statusCode === 206) resolve({ stream, headers: new Headers(headers) });
    });
    // The request is made once somebody reads.
    stream.read(0);
  });
}

/** A generation that is not there was replaced or removed. */
function explainRead({ uri }: StoredObject, error: unknown): unknown {
  const known = toGsError(uri, error);
  return isAbsent(known) || statusOf(error) === 412 ? new ObjectChangedError(uri) : known;
}

async function readEnd(
  ask: AskGs,
  uri: string,
  { bytes, patience }: { bytes: number; patience: Patience },
): Promise<ObjectEnd | undefined> {
  const openEnd = (file: File) =>
    opened(file.createReadStream({ ...asStored, end: -bytes })).catch((error) => {
      // An empty object has no last bytes.
      if (statusOf(error) !== 416) throw error;
    });
  const first = await persevere(() => ask(uri, openEnd, { client: 'reader' }), patience).catch(noneWhereAbsent);
  if (first === undefined) {
    const object = await look(ask, uri);
    return object && { object, bytes: new Uint8Array() };
  }
  const object = toObjectOfHeaders(uri, first.headers);
  const body = readInTurns(
    object,
    { from: Math.max(0, object.bytes - bytes) },
    {
      open: async (part) => (first.stream.readableDidRead ? open(ask, object, part) : first.stream),
      explain: (error) => explainRead(object, error),
      patience,
    },
  );
  return { object, bytes: await toBytes(body) };
}

function toObjectOfHeaders(uri: string, headers: Headers): StoredObject {
  const total = /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] ?? headers.get('content-length');
  return toObject(parseBucketUri('gs', uri), {
    size: total ?? 0,
    generation: headers.get('x-goog-generation') ?? '',
    updated: headers.get('last-modified') ?? '',
    ...Object.fromEntries(
      (headers.get('x-goog-hash') ?? '').split(/, */).map((hash) => {
        const [name = '', ...value] = hash.split('=');
        return [name === 'md5' ? 'md5Hash' : name, value.join('=')];
      }),
    ),
  });
}

const noneWhereAbsent = (error: unknown): undefined => {
  if (!isAbsent(error)) throw error;
};

async function copy(ask: AskGs, source: StoredObject, target: string): Promise<StoredObject> {
  const place = parseBucketUri('gs', target);
  return ask(
    source.uri,
    async (file) => {
      const copied = file.storage.bucket(place.bucket).file(place.key);
      await file.copy(copied).catch((error) => {
        throw explainRead(source, error);
      });
      const [metadata] = await copied.getMetadata();
      return toObject(place, metadata);
    },
    { version: source.version },
  );
}

async function remove(ask: AskGs, uri: string, version: string | undefined): Promise<void> {
  const condition = version === undefined ? {} : { ifGenerationMatch: version };
  await ask(uri, (file) =>
    file.delete({ ignoreNotFound: true, ...condition }).catch((error) => {
      throw statusOf(error) === 412 ? new WriteConditionError(uri) : error;
    }),
  );
}
