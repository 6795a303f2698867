/** Counts what transactions ask of the engine's database, per run of a function. */
import { Execution } from '../../engine/functions/run/execution.ts';
import { ComponentDb } from '../../engine/transaction/componentDb.ts';

/** One run of a function and, in order, the calls it made: `insert entries`, `get`. */
export interface Run {
  /** As clients name it: `web:send`. */
  name: string;
  calls: string[];
}

const counted = ['get', 'insert', 'patch', 'replace', 'remove', 'queryStream', 'queryPage', 'count'] as const;

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** From now on, for the life of the process. */
export function countDatabaseCalls(): Run[] {
  const runs: Run[] = [];
  let open: Run | undefined;
  const execution = Execution.prototype as unknown as { run: Method };
  const run = execution.run;
  execution.run = function (this: unknown, ...args) {
    const info = args[0] as { modulePath: string; name: string };
    const outer = open;
    open = { name: `${info.modulePath.replace(/\.js$/, '')}:${info.name}`, calls: [] };
    runs.push(open);
    try {
      return run.apply(this, args);
    } finally {
      open = outer;
    }
  };
  const db = ComponentDb.prototype as unknown as Record<string, Method>;
  for (const name of counted) {
    const method = db[name]!;
    db[name] = function (this: unknown, ...args) {
      open?.calls.push(`${name} ${subject(name, args[0])}`.trim());
      return method.apply(this, args);
    };
  }
  return runs;
}

/** What the call is about, as far as it says so itself. */
function subject(method: (typeof counted)[number], about: unknown): string {
  if (method === 'insert') return String(about);
  if (!method.startsWith('query')) return '';
  const { source } = (about as { source?: { indexName?: string; tableName?: string } }) ?? {};
  return source?.indexName ?? source?.tableName ?? '';
}
