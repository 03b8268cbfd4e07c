// What a person wants to see while many files are copied: each file, and from time to time how far it is.
import { log } from '../platform/log.ts';
import type { StoredObject } from '../platform/object-storage.ts';
import type { CopyState } from './copy-once.ts';

/** Between two lines on the whole. */
const pauseMilliseconds = 5_000;

export interface Progress {
  readonly ended: (source: StoredObject, state: CopyState) => void;
}

/** Writes to the log. `now` is in milliseconds. */
export function createProgress(sources: readonly Pick<StoredObject, 'bytes'>[], now: () => number = Date.now): Progress {
  const total = sources.reduce((sum, { bytes }) => sum + bytes, 0);
  const started = now();
  let last = started;
  let files = 0;
  let bytes = 0;
  let bytesCopied = 0;
  return {
    ended: (source, state) => {
      files += 1;
      bytes += source.bytes;
      if (state === 'copied') bytesCopied += source.bytes;
      log(state === 'copied' ? 'copied' : 'already there', { file: source.name, bytes: source.bytes });
      const time = now();
      if (sources.length === files || time - last < pauseMilliseconds) return;
      last = time;
      const seconds = (time - started) / 1000;
      log('progress', {
        files: `${files}/${sources.length}`,
        megabytesPerSecond: Math.round(bytesCopied / seconds / 1e6),
        secondsLeft: Math.round(((total - bytes) * seconds) / Math.max(bytes, 1)),
      });
    },
  };
}
