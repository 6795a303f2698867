/** What "use node" modules export, learned in a worker of their own that ends with the question. */
import { HttpError } from '../../values/errors.ts';
import { LIMITS } from '../../values/limits.ts';
import { failureOf } from '../actions/executions.ts';
import { WorkerPool } from '../actions/pool.ts';
import type { FromWorker } from '../actions/protocol.ts';
import type { StoredModule } from '../code/modules.ts';
import type { AnalyzedFunction } from './analyze.ts';

const LIMIT_MS = 30_000;

/** Evaluates the modules at `paths`; throws HttpError 400 with what the developer is to read. */
export async function analyzeNodeModules(
  modules: ReadonlyMap<string, StoredModule>,
  paths: readonly string[],
  env: Record<string, string>,
  resolveFrom = process.cwd(),
): Promise<Record<string, AnalyzedFunction[]>> {
  if (paths.length === 0) return {};
  const pool = new WorkerPool({
    kind: 'node',
    niceness: 0,
    maxWorkers: 1,
    spinLimitMs: LIMIT_MS,
    idleLimitMs: LIMIT_MS,
    heapMb: LIMITS.nodeHeapBytes / 1024 / 1024,
    resolveFrom,
  });
  try {
    const results = await ask(pool, modules, paths, env);
    const found: Record<string, AnalyzedFunction[]> = {};
    for (const [path, result] of Object.entries(results)) {
      if ('error' in result)
        throw new HttpError(
          400,
          'InvalidModules',
          `Failed to analyze ${path}: ${failureOf(result.error, modules).message}`,
        );
      found[path] = result.functions as unknown as AnalyzedFunction[];
    }
    return found;
  } finally {
    await pool.close();
  }
}

function ask(
  pool: WorkerPool,
  modules: ReadonlyMap<string, StoredModule>,
  paths: readonly string[],
  env: Record<string, string>,
) {
  return new Promise<Extract<FromWorker, { type: 'analyzed' }>['results']>((resolve, reject) => {
    const worker = pool.pick();
    worker.listen(0, {
      message: (message) => message.type === 'analyzed' && resolve(message.results),
      lost: () =>
        reject(
          new HttpError(
            400,
            'InvalidModules',
            `Failed to analyze ${paths.join(', ')}: evaluating them does not end`,
          ),
        ),
    });
    worker.ensureModules(
      'analysis',
      () => [...modules].map(([path, { script }]) => [path, script]),
      () => false,
    );
    worker.send({ type: 'analyze', registry: 'analysis', paths: [...paths], env });
  });
}
