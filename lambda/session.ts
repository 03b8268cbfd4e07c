// The way to the cluster: signed in, its address known. Both are kept across invocations, and looked up anew when they no longer hold.
import { Refusal } from '../apps/platform/kubernetes-refusal.ts';
import { type Address, type Cluster, openCluster } from './cluster.ts';
import type { Deadline } from './deadline.ts';
import { type Gke, GoogleRefusal, openGke } from './gke.ts';
import type { Settings } from './settings.ts';
import { forgetToken, getToken } from './sign-in.ts';

export interface Session {
  readonly cluster: Cluster;
  readonly gke: Gke;
}

let known: Promise<Address> | undefined;

/** Does the work; once more, with a new sign-in or address, where the old one is not taken. */
export async function withSession<Result>(
  settings: Settings,
  deadline: Deadline,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const kept = known;
  try {
    return await workOnce(settings, deadline, work);
  } catch (error) {
    const isMoved = statusOf(error) === 0 && kept !== undefined;
    if (statusOf(error) !== 401 && !isMoved) throw error;
    return workOnce(settings, deadline, work);
  }
}

const statusOf = (error: unknown) => (error instanceof Refusal || error instanceof GoogleRefusal ? error.status : undefined);

/** What did not hold is forgotten; what others have looked up anew meanwhile is kept. */
async function workOnce<Result>(
  settings: Settings,
  deadline: Deadline,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const token = await getToken(settings, deadline);
  const gke = openGke(settings, token, deadline);
  known ??= gke.findAddress();
  const asked = known;
  const forgetAddress = () => {
    if (known === asked) known = undefined;
  };
  const address = await asked.catch((error) => {
    forgetAddress();
    if (statusOf(error) === 401) forgetToken(token);
    throw error;
  });
  try {
    return await work({ gke, cluster: openCluster({ address, token, namespace: settings.namespace, deadline }) });
  } catch (error) {
    if (statusOf(error) === 401) forgetToken(token);
    if (statusOf(error) === 0) forgetAddress();
    throw error;
  }
}
