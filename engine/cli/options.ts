/** The command line of the engine: flags, their checks, and the help text. */
import { parseArgs } from 'node:util';
import type { EngineOptions } from '../server/engine.ts';

export const HELP = `Runs a Convex-compatible backend on this machine: one process, one data folder.

Usage: npm run engine -- [options]

  --data DIR            where everything is kept (default: ./data)
  --port N              app, API and sync (default: 3210; 0 picks a free port)
  --site-port N         HTTP actions (default: port + 1)
  --host ADDRESS        address to listen on (default: 127.0.0.1, this machine only)
  --url URL             public address of the first port (default: http://127.0.0.1:<port>)
  --site-url URL        public address of the second port (default: http://127.0.0.1:<site port>)
  --admin-key KEY       key for the Convex CLI (default: made once, kept in DIR/admin.key)
  --instance-name NAME  name in front of the admin key's secret (default: embedded)
  --static DIR          also serve the files of a web app from DIR
  --chaos-occ P         run each mutation twice with probability P (0 to 1), to find what relies on running once
  --help                show this text

Point the Convex CLI at it:

  CONVEX_SELF_HOSTED_URL=http://127.0.0.1:3210 \\
  CONVEX_SELF_HOSTED_ADMIN_KEY="$(cat data/admin.key)" npx convex dev
`;

/** A mistake on the command line; the message is for whoever typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The options, or null when help was asked for. Throws UsageError. */
export function parseOptions(argv: string[]): EngineOptions | null {
  const values = parse(argv);
  if (values.help) return null;
  const port = portOf('--port', values.port, 3210);
  return {
    dataDir: values.data ?? 'data',
    port,
    sitePort: portOf('--site-port', values['site-port'], port === 0 ? 0 : port + 1),
    host: values.host,
    url: urlOf('--url', values.url),
    siteUrl: urlOf('--site-url', values['site-url']),
    adminKey: values['admin-key'],
    instanceName: values['instance-name'],
    staticDir: values.static,
    chaosOcc: probabilityOf(values['chaos-occ']),
  };
}

function parse(argv: string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: argv,
      options: {
        data: text,
        port: text,
        'site-port': text,
        host: text,
        url: text,
        'site-url': text,
        'admin-key': text,
        'instance-name': text,
        static: text,
        'chaos-occ': text,
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('\n')[0]} See --help.`);
  }
}

function portOf(flag: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`${flag} must be a number from 0 to 65535; it is "${text}".`);
}

function urlOf(flag: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash)
    return url.origin;
  throw new UsageError(
    `${flag} must be an address like https://app.example.com, with no path; it is "${text}".`,
  );
}

function probabilityOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const probability = Number(text);
  if (text !== '' && probability >= 0 && probability <= 1) return probability;
  throw new UsageError(`--chaos-occ must be a number from 0 to 1; it is "${text}".`);
}
