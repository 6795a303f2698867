/** The brief of a handover, written from the conversation (docs/rules.md H2). Pure. */
import type { Brief } from '../tickets/reasons';
import { daysGoneBy } from './language/timeSpans';
import { firstCharacters, firstUnits, shortened } from '../kit/text';

export interface Spoken {
  sequence: number;
  /** Instant, ms: what "yesterday" is told from. */
  at: number;
  from: 'customer' | 'agent' | 'operator' | 'system';
  /** Who wrote it on the customer's side, where they did not. */
  by?: string;
  text: string;
  /** Present on an agent's answer that was drawn from articles: the titles of those that are at hand. */
  sources?: string[];
  /** Names of the files that came with it, which no agent of ours looks into. */
  files?: string[];
}

/** `units`: code units of what the customer wrote that are read for facts, the newest; `dated`: messages that dates are read in. */
const most = { asked: 500, noted: 300, facts: 12, tried: 6, units: 8_000, dated: 3 };

/** What an operator would underline in a message. Each kind once a message. */
const underlined: { name: string; pattern: RegExp }[] = [
  {
    name: 'Order number',
    pattern:
      /(?:order|bestellung|commande|pedido)(?:\s*(?:no|nr|number|nummer|n°|id))?(?:\s+(?:is|ist|est|es))?[\s.:#]*([A-Z]{0,4}-?\d{4,12})\b/iu,
  },
  { name: 'Number', pattern: /#\s?([A-Z]{0,4}-?\d{3,12})\b/u },
  {
    name: 'Email',
    pattern:
      /(?<![\p{L}\p{N}._%+-])([\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,4})/u,
  },
  {
    name: 'Amount',
    pattern:
      /((?:[€$£]\s?\d[\d.,]*)|(?:(?<![\d.,])\d[\d.,]{0,14}\s?(?:€|euros?|eur|usd|dollars?|pounds?|gbp)))/iu,
  },
  {
    name: 'Date',
    pattern:
      /\b(\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}(?:st|nd|rd|th)? (?:of )?(?:january|february|march|april|may|june|july|august|september|october|november|december))\b/iu,
  },
  { name: 'Phone', pattern: /(\+\d[\d ()-]{7,16}\d)/u },
];

/** Order numbers, amounts, dates and times gone by that the customer named, each with the message it stands in. */
function factsOf(spoken: readonly Spoken[], now: number): Brief['facts'] {
  const facts: Brief['facts'] = [];
  const seen = new Set<string>();
  const add = (text: string, sequence: number) => {
    if (seen.has(text) || facts.length === most.facts) return;
    seen.add(text);
    facts.push({ text, sequence });
  };
  const read = newestWords(spoken);
  for (const [place, { sequence, at, by, text }] of read.entries()) {
    const taken = new Set<string>();
    for (const { name, pattern } of underlined) {
      const value = pattern.exec(text)?.[1];
      if (value === undefined || taken.has(value)) continue;
      taken.add(value);
      add(`${name}: ${value}`, sequence);
    }
    const days = place < read.length - most.dated ? 0 : Math.round(daysGoneBy(text, at, now));
    if (days >= 1) add(`${days} ${days === 1 ? 'day' : 'days'} ago, says ${by ?? 'the customer'}`, sequence);
  }
  return facts;
}

function notedFact(noted: Noted | undefined): Brief['facts'] {
  if (noted === undefined) return [];
  return [{ text: `The agent was told: ${shortened(noted.text, most.noted)}`, sequence: noted.sequence }];
}

/** What the customer wrote, as far as it is read for facts: the newest of it, oldest first. */
function newestWords(spoken: readonly Spoken[]): Spoken[] {
  let left = most.units;
  const newest: Spoken[] = [];
  for (const message of spoken.filter(({ from }) => from === 'customer').reverse()) {
    if (left > 0) newest.push({ ...message, text: firstUnits(message.text, left) });
    left -= message.text.length;
  }
  return newest.reverse();
}

/** What an operator wrote for the agent alone; the next person may read it. */
export interface Noted {
  sequence: number;
  text: string;
}

/** [H7] What the agent asks where it is not sure: it names an article and answers nothing from it. */
export const guess = { start: 'I am not sure what you need. Is it about “', end: '”?' };

function askedIn(spoken: Spoken): string {
  const said = saidIn(spoken);
  return spoken.by === undefined ? said : `${spoken.by}: ${said}`;
}

function saidIn({ text, files = [] }: Spoken): string {
  const words = text.trim();
  if (files.length === 0) return words;
  return words === '' ? `Sent ${files.join(', ')}` : `${words} (sent ${files.join(', ')})`;
}

/** What a customer who asks for a person past the agent is there for: their unanswered words, else how it began and what they said last. */
export function askingIn(spoken: readonly Spoken[], burst: readonly Spoken[]): Spoken[] {
  if (burst.length > 0) return [...burst];
  const said = spoken.filter(({ from }) => from === 'customer');
  return said.length < 2 ? said : [said[0]!, said.at(-1)!];
}

/** `spoken`: the conversation since the last boundary, the unanswered messages among them. */
export function briefOf(
  spoken: readonly Spoken[],
  asking: readonly Spoken[],
  because: { blockedBy?: string | undefined; suggested?: string | undefined; noted?: Noted | undefined },
  now: number,
): Brief {
  const asked = firstCharacters(asking.map(askedIn).join('\n'), most.asked);
  const answers = spoken.filter(({ from, text }) => from === 'agent' && !text.startsWith(guess.start));
  const titles = answers.flatMap(({ sources }) => sources ?? []);
  const brief: Brief = {
    asked,
    facts: [...notedFact(because.noted), ...factsOf(spoken, now)],
    tried: [...new Set(titles)].slice(-most.tried).map((title) => `Answered from “${title}”`),
  };
  if (because.blockedBy) brief.blockedBy = because.blockedBy;
  if (because.suggested) brief.suggested = because.suggested;
  return brief;
}
