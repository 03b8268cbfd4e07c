// A zip archive of a few small files, the same bytes for the same files: no times, no owners, no machine.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3
import { crc32, deflateRawSync } from 'node:zlib';

/** The first day that the format knows: 1980-01-01. */
const day = (0 << 9) | (1 << 5) | 1;
/** Readable by everybody, as Lambda needs it: a regular file of Unix with mode 0644. */
const attributes = (0o100644 << 16) >>> 0;
const version = 20;
const unix = 3 << 8;
const utf8Names = 0x0800;
const deflated = 8;

/** The archive of files by their names; sorted by name. */
export function toZip(files: Readonly<Record<string, Buffer>>): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const packed = deflateRawSync(content, { level: 9 });
    const path = Buffer.from(name);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(version, 0);
    facts.writeUInt16LE(utf8Names, 2);
    facts.writeUInt16LE(deflated, 4);
    facts.writeUInt16LE(day, 8);
    facts.writeUInt32LE(crc32(content), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(content.length, 18);
    facts.writeUInt16LE(path.length, 22);
    const body = Buffer.concat([Buffer.from('PK\x03\x04'), facts, path, packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(attributes, 6);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02'), toNumber(version | unix), facts, place, path);
    bodies.push(body);
    offset += body.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(bodies.length, 8);
  end.writeUInt16LE(bodies.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, entries, end]);
}

function toNumber(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
