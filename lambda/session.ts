// The way to the cluster: signed in, its address known. Both are kept across invocations, and looked up anew when they no longer hold.
import { Refusal } from '../apps/platform/kubernetes-refusal.ts';
import { type Address, type Cluster, openCluster } from './cluster.ts';
import type { Deadline } from './deadline.ts';
import { type Gke, GoogleRefusal, openGke } from './gke.ts';
import type { Settings } from './settings.ts';
import { getToken, signOut } from './sign-in.ts';

export interface Session {
  readonly cluster: Cluster;
  readonly gke: Gke;
}

let known: Promise<Address> | undefined;

async function open(settings: Settings, deadline: Deadline): Promise<Session> {
  const token = await getToken(settings, deadline);
  const gke = openGke(settings, token, deadline);
  known ??= gke.findAddress();
  const address = await known.catch((error) => {
    known = undefined;
    throw error;
  });
  return { gke, cluster: openCluster({ address, token, namespace: settings.namespace, deadline }) };
}

/** Does the work; once more, with a new sign-in or address, where the old one is not taken. */
export async function withSession<Result>(
  settings: Settings,
  deadline: Deadline,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(await open(settings, deadline));
  } catch (error) {
    const status = error instanceof Refusal || error instanceof GoogleRefusal ? error.status : undefined;
    if (status === 401) signOut();
    else if (status === 0) known = undefined;
    else throw error;
    return work(await open(settings, deadline));
  }
}
