/** `a ride`, `an observation`, `a user`, `an hour`. */
export const withArticle = (word: string): string =>
  /^(?:[aeio]|u(?!n[iy]|s[ae])|hour|honou?r)/i.test(word) ? `an ${word}` : `a ${word}`;
