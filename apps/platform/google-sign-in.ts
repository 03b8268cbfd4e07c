// What Google's clients say of signing in, as one line that says what to do.
import { toLine } from './one-line.ts';

/** The usual ways, in the order in which Google's clients try them. */
export const waysToSignIn =
  'sign in by GOOGLE_APPLICATION_CREDENTIALS, by "gcloud auth application-default login", or by the account of the pod or machine';

/** What is wrong with the sign-in; undefined where an error is about something else. */
export function explainSignIn(error: unknown): string | undefined {
  const { message = '', response } = error as {
    readonly message?: string;
    readonly response?: { readonly data?: { readonly error_description?: unknown } };
  };
  const description = String(response?.data?.error_description ?? '');
  if (/could not load the default credentials/i.test(message)) return `no sign-in was found; ${waysToSignIn}`;
  if (
    !/invalid_grant|invalid_client|unauthorized_client|invalid_rapt|could not refresh access token/i.test(
      `${message} ${description}`,
    )
  )
    return undefined;
  if (/short-lived token|iat|clock/i.test(description)) return "this machine's clock differs from Google's; set it right";
  return `the sign-in has expired or was taken back: ${toLine(description || message)}; ${waysToSignIn}`;
}
