/** What an npm command was given, by the same rules for all of them; asked for help, or given what it does not know, it does nothing. */
import { type Flags, HELP_FLAG, parseFlags, UsageError, type Values } from '../engine/cli/flags.ts';

/** `mostWords`: how many may stand there without an option's name. Ends the process where there is nothing to do. */
export function readCommandLine(
  help: string,
  flags: Flags = {},
  mostWords = 0,
): { values: Values; words: string[] } {
  try {
    const given = parseFlags(process.argv.slice(2), { ...flags, ...HELP_FLAG }, mostWords);
    if (given.values.help !== true) return given;
    console.log(help.trim());
    process.exit(0);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
