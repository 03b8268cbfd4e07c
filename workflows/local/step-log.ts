// A step's log file: one for all its attempts, each under a header line.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Control characters that would move the cursor or break a line, and terminal colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this removes
const unprintable = /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** One printable line, at most `length` characters. */
export function toLine(value: string, length = 1000): string {
  const line = value.replace(unprintable, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

/** The line above an attempt's output. */
export function toHeader(step: string, attempt: number, command: readonly string[]): string {
  const written = command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
  return `--- ${step}, attempt ${attempt}, ${new Date().toISOString()}: ${written}\n`;
}

export const isHeader = (line: string) => /^--- [a-z0-9-]+, attempt \d+, /.test(line);

/** The last line with something in it from byte `start` on, made printable; undefined where there is none. */
export function readLastLine(path: string, start = 0): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const { size } = fstatSync(descriptor);
    const from = Math.max(start, size - 8192);
    const bytes = Buffer.alloc(Math.max(0, size - from));
    readSync(descriptor, bytes, 0, bytes.length, from);
    return bytes
      .toString('utf8')
      .split(/[\r\n]+/)
      .map((line) => toLine(line))
      .findLast((line) => line !== '');
  } finally {
    closeSync(descriptor);
  }
}
