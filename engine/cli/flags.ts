/** What every command line of the project is read by: named values, switches and words, each checked. */
import { parseArgs } from 'node:util';

/** A mistake on the command line; the message is for whoever typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const text = { type: 'string' } as const;
export const flag = { type: 'boolean' } as const;
export const HELP_FLAG = { help: { ...flag, short: 'h' } } as const;

export type Values = Partial<Record<string, string | boolean>>;

export type Flags = Readonly<Record<string, typeof text | typeof flag>>;

/** What was given by name, and at most so many words without one. Throws UsageError, which says what to type. */
export function parseFlags(
  argv: readonly string[],
  flags: Flags,
  mostWords = 0,
): { values: Values; words: string[] } {
  // Node's own checks explain its parser, in words only; ours say what to type.
  const { values, positionals, tokens } = parseArgs({
    args: [...argv],
    options: flags,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    const mistake =
      token.kind === 'option'
        ? misuse(token, flags)
        : token.kind === 'positional' && token.value === positionals[mostWords]
          ? `"${token.value}" belongs to no option.`
          : null;
    if (mistake !== null) throw new UsageError(`${mistake} See --help.`);
  }
  return { values: values as Values, words: positionals };
}

interface GivenOption {
  name: string;
  rawName: string;
  value: string | undefined;
  inlineValue: boolean | undefined;
}

function misuse({ name, rawName, value, inlineValue }: GivenOption, flags: Flags): string | null {
  if (!Object.hasOwn(flags, name)) {
    const near = Object.keys(flags).find((known) => isNear(known, name));
    return `There is no option ${rawName}${near === undefined ? '.' : `; did you mean --${near}?`}`;
  }
  if (flags[name]!.type === 'boolean') return value === undefined ? null : `${rawName} takes no value.`;
  // "--data --port" is a forgotten value, and "--data ''" one that a script failed to fill in.
  const isForgotten = value === undefined || (!inlineValue && /^-./.test(value));
  if (isForgotten) return `${rawName} needs a value.`;
  return value === '' ? `${rawName} needs a value; what was given is empty.` : null;
}

/** Cut short or drawn out, written in another case, or with letters swapped. */
function isNear(option: string, typed: string): boolean {
  if (typed.length < 3) return false;
  const letters = (text: string) => [...text.toLowerCase().replaceAll(/[-_]/g, '')].toSorted().join('');
  return option.startsWith(typed) || typed.startsWith(option) || letters(option) === letters(typed);
}
