// Text of any encoding as UTF-8 without a byte-order mark. The mark, where there is one, says what the text is.
import { Transform, type TransformCallback } from 'node:stream';
import { OutcomeError } from '../platform/errors.ts';

const marks = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
] as const;

/** A stream that turns text of the encoding into UTF-8. It fails with OutcomeError where the bytes are no such text. */
export function toUtf8(encoding: string): Transform {
  let start: Buffer | undefined = Buffer.alloc(0);
  let decode: ((chunk: Buffer, isLast: boolean) => Buffer) | undefined;
  const begin = (): Buffer => {
    const held = start ?? Buffer.alloc(0);
    start = undefined;
    const mark = marks.find(({ bytes }) => bytes.every((byte, index) => held[index] === byte));
    decode = decoderOf(mark?.encoding ?? encoding);
    return held.subarray(mark?.bytes.length ?? 0);
  };
  const pass = (chunk: Buffer, isLast: boolean, done: TransformCallback): void => {
    try {
      done(null, decode?.(chunk, isLast));
    } catch {
      done(new OutcomeError(`it is not ${encoding} text; say what it is in files.csv.encoding`));
    }
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (start === undefined) return pass(chunk, false, done);
      start = Buffer.concat([start, chunk]);
      if (start.length < 3) return done();
      pass(begin(), false, done);
    },
    flush(done) {
      pass(start === undefined ? Buffer.alloc(0) : begin(), true, done);
    },
  });
}

function decoderOf(encoding: string): (chunk: Buffer, isLast: boolean) => Buffer {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  // The CSV reader checks UTF-8, and names the line.
  if (decoder.encoding === 'utf-8') return (chunk) => chunk;
  return (chunk, isLast) => Buffer.from(decoder.decode(chunk, { stream: !isLast }));
}
