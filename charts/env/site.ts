// The one site's address, as browsers see it.
import type { ClusterEnvironment } from './environment.ts';

type Entrance = Pick<ClusterEnvironment, 'domain' | 'entrance'>;

/** `host`, or `host:port` where it is not 443. */
export const toAuthority = ({ domain, entrance }: Entrance): string =>
  entrance.kind === 'node-port' ? `${domain}:${entrance.https}` : domain;

/** Without a slash at its end. */
export const toOrigin = (env: Entrance): string => `https://${toAuthority(env)}`;
