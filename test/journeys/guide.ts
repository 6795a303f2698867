/** Documents that are followed: their commands run as they stand, and what they show is what comes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { root } from '../../scripts/settings.ts';

export interface Block {
  language: string;
  text: string;
}

/** In the order of the document. */
export function blocksOf(document: string): Block[] {
  const text = readFileSync(join(root, document), 'utf8');
  const found = Array.from(text.matchAll(/^```(\w+)\n(.*?)^```/gms));
  return found.map(([, language, inside]) => ({ language: language!, text: inside! }));
}

/** The commands of a block, as they stand there. */
export function commandsOf(text: string): string[] {
  const joined = text.replaceAll(/\\\n\s*/g, '');
  return joined.split(/^(?=curl )/m).filter((command) => command.startsWith('curl '));
}

/** What a shell and curl would make of it; throws for anything they would make something else of. */
export async function runCommand(command: string, known: Record<string, string>): Promise<unknown> {
  const filled = command.replaceAll(
    /\$(\w+)/g,
    (_, name: string) => known[name] ?? expect.unreachable(`$${name}`),
  );
  const words = [...filled.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, quoted, double, bare]) => quoted ?? double ?? bare!,
  );
  const [, address, ...rest] = words;
  const headers: Record<string, string> = {};
  let body: string | undefined;
  for (let at = 0; at < rest.length; at += 2) {
    const [flag, value] = [rest[at]!, rest[at + 1]!];
    if (flag === '-d') body = value;
    else if (flag === '-H')
      headers[value.slice(0, value.indexOf(':'))] = value.slice(value.indexOf(':') + 1).trim();
    else throw new Error(`The test knows no ${flag}.`);
  }
  const response = await fetch(address!, {
    headers,
    ...(body === undefined ? {} : { method: 'POST', body }),
  });
  const said = await response.text();
  const answer: unknown = said === '' ? null : JSON.parse(said);
  expect(response.status, `${command}\n${JSON.stringify(answer)}`).toBeLessThan(300);
  return answer;
}

/** All that is shown is there; `…` stands for anything, also in names; and so do instants and the numbers of tickets. */
export function expectAsShown(answer: any, shown: any, at = ''): void {
  if (
    typeof shown === 'string' &&
    (shown.endsWith('…') || /^\d{4}-\d\d-\d\dT/.test(shown) || shown.startsWith('baton_live_'))
  )
    expect(typeof answer, at).toBe('string');
  else if (typeof shown === 'object' && shown !== null) {
    if (Array.isArray(shown)) expect(answer, at).toHaveLength(shown.length);
    for (const [key, value] of Object.entries(shown)) {
      if (key === 'number') expect(typeof answer.number, at).toBe('number');
      else if (key !== '…') expectAsShown(answer?.[key], value, `${at}.${key}`);
    }
  } else expect(answer, at).toEqual(shown);
}
