/** The command line of the engine: commands, flags, their checks, and the help text. */
import type { LogFormat } from '../logs/logger.ts';
import type { EngineOptions } from '../server/setting.ts';
import { flag, HELP_FLAG, parseFlags, text, UsageError, type Values } from './flags.ts';

export const HELP = `Runs a Convex-compatible backend on this machine: one process, one data folder.

Usage: npm run engine -- [options]              serve
       npm run engine -- COMMAND [options]      look after a data folder

  --data DIR            where everything is kept (default: ./data)
  --port N              app, API and sync (default: 3210; 0 picks a free port)
  --site-port N         HTTP actions (default: port + 1)
  --host ADDRESS        address to listen on (default: 127.0.0.1, this machine only)
  --url URL             public address of the first port (default: http://127.0.0.1:<port>)
  --site-url URL        public address of the second port (default: http://127.0.0.1:<site port>)
  --admin-key KEY       key for the Convex CLI (default: made once, kept in DIR/admin.key)
  --instance-name NAME  name in front of the admin key's secret (default: embedded)
  --packages DIR        the app's folder, whose node_modules hold what its convex.json calls external (default: .)
  --static DIR          also serve the files of a web app from DIR
  --log FORMAT          text, or json for one object a line (default: text)
  --chaos-occ P         run each mutation twice with probability P (0 to 1), to find what relies on running once
  --block-runaways      do not run a function for a minute that ran out of time three times within one
  --version             show versions
  --help                show this text

Commands:

  backup --data DIR --to FILE      copy everything into one file, while the engine runs or not
  restore --from FILE --data DIR   turn such a file into a data folder; DIR must be empty or missing
  check --data DIR                 read everything, and say line by line what is wrong; exit code 1 if anything is
  rotate-key --data DIR            replace the admin key; a running engine takes the new one at once

Point the Convex CLI at it:

  CONVEX_SELF_HOSTED_URL=http://127.0.0.1:3210 \\
  CONVEX_SELF_HOSTED_ADMIN_KEY="$(cat data/admin.key)" npx convex dev
`;

export type CommandLine =
  | { command: 'help' }
  | { command: 'version' }
  | { command: 'serve'; options: EngineOptions; log: LogFormat }
  | { command: 'backup'; dataDir: string; to: string; adminKey: string | undefined }
  | { command: 'restore'; dataDir: string; from: string }
  | { command: 'check'; dataDir: string }
  | { command: 'rotate-key'; dataDir: string };

/** Of serving. */
export const FLAGS = {
  data: text,
  port: text,
  'site-port': text,
  host: text,
  url: text,
  'site-url': text,
  'admin-key': text,
  'instance-name': text,
  packages: text,
  static: text,
  log: text,
  'chaos-occ': text,
  'block-runaways': flag,
  version: flag,
  ...HELP_FLAG,
} as const;

/** The flags of each command. */
export const COMMANDS = {
  backup: { data: text, to: text, 'admin-key': text, ...HELP_FLAG },
  restore: { data: text, from: text, ...HELP_FLAG },
  check: { data: text, ...HELP_FLAG },
  'rotate-key': { data: text, ...HELP_FLAG },
} as const;

/** What is to be done. Throws UsageError. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const [first, ...rest] = argv;
  if (first === undefined || first.startsWith('-')) return serve(parseFlags(argv, FLAGS).values);
  if (!Object.hasOwn(COMMANDS, first)) {
    const names = Object.keys(COMMANDS).join(', ');
    throw new UsageError(
      `There is no command "${first}"; there are ${names}, and serving without one. See --help.`,
    );
  }
  const command = first as keyof typeof COMMANDS;
  const { values } = parseFlags(rest, COMMANDS[command]);
  if (values.help) return { command: 'help' };
  switch (command) {
    case 'backup':
      return {
        command,
        dataDir: folder(values),
        to: required(command, 'to', 'FILE', values),
        adminKey: values['admin-key'] as string | undefined,
      };
    case 'restore':
      return {
        command,
        from: required(command, 'from', 'FILE', values),
        // No default: a restore should go where somebody said it should.
        dataDir: required(command, 'data', 'DIR', values),
      };
    case 'check':
    case 'rotate-key':
      return { command, dataDir: folder(values) };
  }
}

function serve(values: Values): CommandLine {
  if (values.help) return { command: 'help' };
  if (values.version) return { command: 'version' };
  const given = values as Partial<Record<string, string>>;
  const port = portOf('--port', given.port, 3210);
  const options: EngineOptions = {
    dataDir: folder(values),
    port,
    sitePort: portOf('--site-port', given['site-port'], port === 0 ? 0 : port + 1),
    host: given.host,
    url: urlOf('--url', given.url),
    siteUrl: urlOf('--site-url', given['site-url']),
    adminKey: given['admin-key'],
    instanceName: given['instance-name'],
    packagesDir: given.packages,
    staticDir: given.static,
    chaosOcc: probabilityOf(given['chaos-occ']),
    blockRunaways: values['block-runaways'] === true,
  };
  return { command: 'serve', options, log: formatOf(given.log) };
}

function folder(values: Values): string {
  return (values.data as string | undefined) ?? 'data';
}

function required(command: string, name: string, what: string, values: Values): string {
  const value = values[name];
  if (typeof value === 'string') return value;
  throw new UsageError(`${command} needs --${name} ${what}. See --help.`);
}

function portOf(name: string, given: string | undefined, fallback: number): number {
  if (given === undefined) return fallback;
  const port = Number(given);
  if (/^\d+$/.test(given) && port <= 65_535) return port;
  throw new UsageError(`${name} must be a number from 0 to 65535; it is "${given}".`);
}

function urlOf(name: string, given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const url = URL.parse(given);
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash)
    return url.origin;
  throw new UsageError(
    `${name} must be an address like https://app.example.com, with no path; it is "${given}".`,
  );
}

function formatOf(given: string | undefined): LogFormat {
  if (given === undefined || given === 'text') return 'text';
  if (given === 'json') return 'json';
  throw new UsageError(`--log must be text or json; it is "${given}".`);
}

function probabilityOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const probability = Number(given);
  if (given !== '' && probability >= 0 && probability <= 1) return probability;
  throw new UsageError(`--chaos-occ must be a number from 0 to 1; it is "${given}".`);
}
