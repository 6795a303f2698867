/**
 * What the engine says to its operator: lines for people, or one JSON object a line for machines.
 *
 * Promises: a line carries names, ids and counts; of an unforeseen error it shows what kind it was, where it happened, and
 * a message from which quoted text, addresses and anything like a secret is taken out.
 */

export type LogFormat = 'text' | 'json';
type Fields = Readonly<Record<string, string | number | boolean | null>>;

export interface Logger {
  info(event: string, sentence: string, fields?: Fields): void;
  warn(event: string, sentence: string, fields?: Fields): void;
  error(event: string, sentence: string, fields?: Fields): void;
  /** A bug, or a part of the machine that failed. */
  unexpected(error: unknown): void;
}

export interface LoggerOptions {
  format?: LogFormat;
  /** Leaves out what is not a warning or an error. */
  quiet?: boolean;
  out?: (line: string) => void;
  err?: (line: string) => void;
  now?: () => number;
}

export function createLogger(options: LoggerOptions = {}): Logger {
  const { format = 'text', quiet = false, now = Date.now } = options;
  const out = options.out ?? ((line: string) => void process.stdout.write(line));
  const err = options.err ?? ((line: string) => void process.stderr.write(line));
  const say = (
    level: 'info' | 'warn' | 'error',
    event: string,
    sentence: string,
    fields: Fields = {},
  ): void => {
    if (quiet && level === 'info') return;
    if (format === 'json') {
      // Machines read one stream; whoever needs to tell them apart has the level.
      out(
        `${JSON.stringify({ time: new Date(now()).toISOString(), level, event, message: sentence, ...fields })}\n`,
      );
    } else {
      (level === 'info' ? out : err)(`${sentence}\n`);
    }
  };
  return {
    info: (event, sentence, fields) => say('info', event, sentence, fields),
    warn: (event, sentence, fields) => say('warn', event, sentence, fields),
    error: (event, sentence, fields) => say('error', event, sentence, fields),
    unexpected(error) {
      const { what, where } = describeError(error);
      if (format === 'json') say('error', 'unexpected_error', what, { stack: where });
      else say('error', 'unexpected_error', where === '' ? what : `${what}\n${where}`);
    },
  };
}

const QUOTED = /"[^"\n]*"|'[^'\n]*'|`[^`\n]*`/g;
const MAIL = /[^\s@<>]+@[^\s@<>]+/g;
const IP = /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\[?(?:[0-9a-f]{0,4}:){3,}[0-9a-f]{0,4}\]?(?::\d+)?/gi;
const SECRET = /\b[\w+/=|.-]{24,}/g;

/** An error without what it may have picked up from data. */
export function describeError(error: unknown): { what: string; where: string } {
  if (!(error instanceof Error))
    return { what: `Something that is no error was thrown: ${typeof error}`, where: '' };
  const code = (error as { code?: unknown }).code;
  const name = typeof code === 'string' && code !== '' ? `${error.name} ${code}` : error.name;
  const message = error.message
    .split('\n')[0]!
    .replaceAll(QUOTED, '…')
    .replaceAll(MAIL, '…')
    .replaceAll(IP, '…')
    .replaceAll(SECRET, '…');
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { what: `${name}: ${message}`, where: frames.join('\n') };
}
