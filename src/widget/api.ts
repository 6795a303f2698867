/** The desk's functions by name: the generated module would bring Convex's schemas and validators into every customer's page. */
import type { api as generated } from '../../convex/_generated/api';

type Api = Pick<typeof generated, 'web'>;

/** The client takes a name where it takes a reference. */
export const api = { web: new Proxy({}, { get: (_, name) => `web:${String(name)}` }) } as Api;
