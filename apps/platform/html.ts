// HTML by a tagged template that escapes every value: what is not written in the source is text, whoever wrote it.

/** Markup that is safe to put into a page as it stands. Only `html` and `toTrustedHtml` make it. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }

  toString(): string {
    return this.markup;
  }
}

export type HtmlValue = Html | string | number | bigint | boolean | null | undefined | readonly HtmlValue[];

/** Markup with every interpolated value escaped; arrays are joined, nested `html` is kept, null, undefined and booleans are nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let markup = strings[0] ?? '';
  values.forEach((value, index) => {
    markup += toMarkup(value) + (strings[index + 1] ?? '');
  });
  return new Html(markup);
}

/** Marks text of our own (styles, scripts, drawn SVG) as markup. Never call it with a value from outside. */
export const toTrustedHtml = (markup: string): Html => new Html(markup);

/** Text as it must stand in HTML, in an attribute too (attributes are always quoted). Control characters become visible. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll(controlCharacters, '\u{fffd}');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

function toMarkup(value: HtmlValue): string {
  if (value instanceof Html) return value.markup;
  if (Array.isArray(value)) return value.map(toMarkup).join('');
  if (value === null || value === undefined || typeof value === 'boolean') return '';
  return escapeHtml(String(value));
}
