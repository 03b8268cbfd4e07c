// The state folder may be moved or copied between two runs: what names a file in it then names the file where it is now.
import { pathToFileURL } from 'node:url';

/** The state folder as a URI: what a run's files say of where it was. */
export const stateUri = (state: string): string => pathToFileURL(state).href;

/** Values with the URIs below the former state folder as URIs below the present one. All other values stay as they are. */
export function rebase(
  values: Readonly<Record<string, string>>,
  { from, to }: { readonly from: string; readonly to: string },
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value.startsWith(`${from}/`) ? to + value.slice(from.length) : value]),
  );
}
