// Texts that nobody can guess.
import { randomInt } from 'node:crypto';

const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const digits = '0123456789';

/** What each kind is made of. Letters and digits alone: no shell, URI or YAML reads anything into them. */
const kinds = {
  password: { characters: `${capitals}${capitals.toLowerCase()}${digits}`, length: 32 },
  accessKey: { characters: `${capitals}${digits}`, length: 20 },
} as const;

/** Every character is as likely as any other. */
export function randomText(kind: keyof typeof kinds): string {
  const { characters, length } = kinds[kind];
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join('');
}
