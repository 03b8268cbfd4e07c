// A line of nginx's auth_basic_user_file. nginx computes {SSHA} itself, so that the C library of its image does not matter.
// It is computed for each request: a slow hash would cost a CPU there, and a random password needs none.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const scheme = '{SSHA}';
const digestBytes = 20;

export function toHtpasswd(user: string, password: string, salt: Buffer = randomBytes(16)): string {
  return `${user}:${scheme}${Buffer.concat([digestOf(password, salt), salt]).toString('base64')}\n`;
}

/** Whether a line lets the user in with the password; false for lines of other schemes. */
export function isHtpasswdOf(line: string, user: string, password: string): boolean {
  const [found, hash = ''] = line.trimEnd().split(':', 2);
  if (found !== user || !hash.startsWith(scheme)) return false;
  const bytes = Buffer.from(hash.slice(scheme.length), 'base64');
  const digest = bytes.subarray(0, digestBytes);
  return digest.length === digestBytes && timingSafeEqual(digest, digestOf(password, bytes.subarray(digestBytes)));
}

const digestOf = (password: string, salt: Buffer) => createHash('sha1').update(password).update(salt).digest();
