/**
 * Messages to be found: rows of the search (convex/tables/search.ts), imported, because saying a million of them would take a
 * day. Each is of a message that is there, in a conversation and at a time of its own; its words are drawn from a vocabulary
 * in which some are in most messages and most in a few.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstUnits } from '../../convex/shared/kit/text.ts';
import { convex, type Deployment } from '../../scripts/convexCli.ts';
import { seededRandom, zipf } from '../support/measure.ts';

const VOCABULARY = 50_000;
const WORDS = 15;
const MONTHS = 24;
const MONTH_MS = 30 * 86_400_000;
/** Of one import: it is one transaction. */
const AT_ONCE = 100_000;

/** The one that is drawn `rank`th most often: made of letters, as words are that begin alike. */
export function wordAt(rank: number): string {
  let [word, rest] = ['', rank * 7_919 + 13];
  for (let letter = 0; letter < 6; letter++) {
    word += 'etaoinshrdlu'[rest % 12];
    rest = Math.floor(rest / 12) + rank;
  }
  return `${word}${rank.toString(36)}`;
}

/** Ranks of words, as often as in what people write. */
export const drawRanks = (seed: number): (() => number) => zipf(VOCABULARY, 1, seededRandom(seed));

type Row = Record<string, unknown>;

export async function importMessages(deployment: Deployment, messages: number): Promise<void> {
  const said = (await rowsOf(deployment, 'searchRows')).filter(({ kind }) => kind === 'message');
  const draw = drawRanks(1);
  const now = Date.now();
  for (let from = 0; from < messages; from += AT_ONCE) {
    const lines: string[] = [];
    for (let n = from; n < Math.min(messages, from + AT_ONCE); n++) {
      const { _id, _creationTime, ...like } = said[n % said.length]!;
      const at = now - Math.floor((1 - n / messages) * MONTHS * MONTH_MS);
      const words = [...new Set(Array.from({ length: WORDS }, () => wordAt(draw())))].join(' ');
      lines.push(JSON.stringify({ ...like, at, month: firstUnits(new Date(at).toISOString(), 7), words }));
    }
    await importLines(deployment, lines);
  }
}

async function rowsOf(deployment: Deployment, table: string): Promise<Row[]> {
  const said = await convex(deployment, ['data', table, '--limit', '1000', '--format', 'jsonArray']);
  return JSON.parse(said) as Row[];
}

async function importLines(deployment: Deployment, lines: string[]): Promise<void> {
  const path = join(tmpdir(), `baton-messages-${process.pid}.jsonl`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  try {
    await convex(deployment, ['import', '--table', 'searchRows', '--append', '-y', path]);
  } finally {
    rmSync(path);
  }
}
