/** Judges the crons of a push: their schedules, that their functions exist, and that their arguments fit. */
import type { FunctionInfo } from '../functions/code/generation.ts';
import { displayPath, parsePath } from '../functions/code/paths.ts';
import { CronSpecError, parseCronSpec } from '../scheduler/cronSpec.ts';
import { DeveloperError, HttpError } from '../values/errors.ts';
import { jsonToValue } from '../values/json.ts';
import { checkValidator, type TableNames } from '../values/validator.ts';
import type { JsonObject } from '../values/value.ts';

/** Throws HttpError 400 for the first cron that cannot run. */
export function checkCrons(
  crons: JsonObject,
  functions: readonly Omit<FunctionInfo, 'component'>[],
  tables: TableNames,
): void {
  for (const [name, json] of Object.entries(crons)) {
    try {
      const { udfPath, args } = parseCronSpec(name, json);
      const path = parsePath(udfPath)!;
      const target = functions.find((fn) => fn.modulePath === path.module && fn.name === path.name);
      if (target === undefined || target.udfType === 'Query') {
        const why =
          target === undefined ? 'which does not exist' : 'which is a query; crons run mutations and actions';
        throw new CronSpecError(`Cron "${name}" schedules ${displayPath(path)}, ${why}.`);
      }
      const problem = checkValidator(target.args, jsonToValue(args[0] ?? {}), tables);
      if (problem !== null) {
        throw new CronSpecError(
          `The arguments of cron "${name}" do not fit ${displayPath(path)}: ${problem}`,
        );
      }
    } catch (error) {
      if (error instanceof CronSpecError || error instanceof DeveloperError) {
        throw new HttpError(400, 'InvalidCron', error.message);
      }
      throw error;
    }
  }
}
