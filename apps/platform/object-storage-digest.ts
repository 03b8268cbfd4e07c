// Digests of contents, as storages give them: what proves that a copy is the object.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { crc32 } from 'node:zlib';
import { crc32c } from './crc32c.ts';
import { crc64Nvme, noBytes } from './crc64nvme.ts';

export type DigestAlgorithm = 'md5' | 'sha256' | 'crc32' | 'crc32c' | 'crc64nvme';

export interface Digest {
  readonly algorithm: DigestAlgorithm;
  /** Hexadecimal, in lower case. */
  readonly hex: string;
}

interface RunningDigest {
  readonly update: (bytes: Uint8Array) => unknown;
  readonly hex: () => string;
}

const start: Readonly<Record<DigestAlgorithm, () => RunningDigest>> = {
  md5: () => startHash('md5'),
  sha256: () => startHash('sha256'),
  crc32: () => startCrc(crc32),
  crc32c: () => startCrc(crc32c),
  crc64nvme: startCrc64Nvme,
};

export interface Digests {
  readonly update: (bytes: Uint8Array) => void;
  readonly hex: (algorithm: DigestAlgorithm) => string;
}

/** Takes several digests of the same bytes at once. No bytes may come after the first `hex`. */
export function startDigests(algorithms: readonly DigestAlgorithm[]): Digests {
  const running = new Map(algorithms.map((algorithm) => [algorithm, start[algorithm]()]));
  const ended = new Map<DigestAlgorithm, string>();
  return {
    update: (bytes) => {
      for (const digest of running.values()) digest.update(bytes);
    },
    hex: (algorithm) => {
      const hex = ended.get(algorithm) ?? (running.get(algorithm) as RunningDigest).hex();
      ended.set(algorithm, hex);
      return hex;
    },
  };
}

export interface FilePart {
  readonly algorithms: readonly DigestAlgorithm[];
  /** Only so many, from the beginning; at least one. */
  readonly bytes?: number;
}

/** Digests of a file, or of its first bytes. Constant memory. */
export async function digestFile(path: string, { algorithms, bytes }: FilePart): Promise<Digests> {
  const digests = startDigests(algorithms);
  const end = bytes === undefined ? {} : { end: bytes - 1 };
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, ...end })) digests.update(chunk);
  return digests;
}

function startHash(name: string): RunningDigest {
  const hash = createHash(name);
  return { update: (bytes) => hash.update(bytes), hex: () => hash.digest('hex') };
}

function startCrc(next: (bytes: Uint8Array, before: number) => number): RunningDigest {
  let value = 0;
  return {
    update: (bytes) => {
      value = next(bytes, value);
    },
    hex: () => value.toString(16).padStart(8, '0'),
  };
}

/** Cloud Storage's checksum as its client wants it; the client's own is slow. */
export function createCrc32c(): {
  update: (bytes: Buffer) => void;
  toString: () => string;
  validate: (expected: string) => boolean;
} {
  const digest = startCrc(crc32c);
  const toBase64 = () => Buffer.from(digest.hex(), 'hex').toString('base64');
  return { update: digest.update, toString: toBase64, validate: (expected) => expected === toBase64() };
}

function startCrc64Nvme(): RunningDigest {
  let value = noBytes;
  return {
    update: (bytes) => {
      value = crc64Nvme(bytes, value);
    },
    hex: () => [value.high, value.low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join(''),
  };
}
