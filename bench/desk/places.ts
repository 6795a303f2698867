/**
 * Tickets as lists and boards read them: their places, those of their tags, and the counts of both (convex/tables/tickets.ts). Imported,
 * because opening a million of them through their doors would take days; nothing that lists or counts reads more of a ticket.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { priorities } from '../../convex/shared/tickets/tickets.ts';
import { convex, type Deployment } from '../../scripts/convexCli.ts';
import { seededRandom } from '../support/measure.ts';

/** Of one import: it is one transaction, and each row stands in some thirty indexes. */
const AT_ONCE = 20_000;
const CHANNELS = ['web', 'email', 'whatsapp', 'telegram', 'api'];
export const TAGS = Array.from({ length: 40 }, (_, at) => `tag ${at}`);
const YEAR_MS = 365 * 86_400_000;
const LIST_COUNTED = ['low', 'normal', 'high', 'urgent'] as const;

type Row = Record<string, unknown>;
type Counts = Map<string, Row & { count: number; waiting?: number }>;

/** Beside the tickets that are there, which are like them: three in ten active, the rest mostly closed. */
export async function importPlaces(
  deployment: Deployment,
  count: number,
  operators: readonly string[],
): Promise<void> {
  const [like] = (await rowsOf(deployment, 'ticketPlaces')) as [Row];
  const counts: Counts = new Map();
  for (const { _id, _creationTime, ...row } of await rowsOf(deployment, 'ticketCounts'))
    counts.set(
      `${String(row.bucket)} ${String(row.assignee)}`,
      row as Counts extends Map<string, infer R> ? R : never,
    );
  const random = seededRandom(5);
  for (let from = 0; from < count; from += AT_ONCE) {
    const places: string[] = [];
    const tagged: string[] = [];
    for (let n = from; n < Math.min(count, from + AT_ONCE); n++) {
      const place = placeOf(like, n, operators, random);
      places.push(JSON.stringify(place));
      countPlace(counts, place);
      if (n % 3 > 0) continue;
      const tag = TAGS[Math.floor(random() * TAGS.length)]!;
      const { bucket: _b, snoozedUntil: _s, waits: _w, ...ofTag } = place;
      tagged.push(JSON.stringify({ ...ofTag, tag }));
      add(counts, place, 'tagged', tag, { count: 1, waiting: 0 });
    }
    await importLines(deployment, 'ticketPlaces', '--append', places);
    await importLines(deployment, 'tagPlaces', '--append', tagged);
  }
  const lines = [...counts.values()].map((row) => JSON.stringify(row));
  await importLines(deployment, 'ticketCounts', '--replace', lines);
}

function placeOf(like: Row, n: number, operators: readonly string[], random: () => number): Row {
  const { _id, _creationTime, ...place } = like;
  const part = random();
  const waits = part < 0.2;
  const lane =
    part < 0.1
      ? 'newWaits'
      : waits
        ? 'openWaits'
        : part < 0.3
          ? 'open'
          : part < 0.35
            ? 'snoozedOpen'
            : part < 0.4
              ? 'resolved'
              : 'closed';
  const bucket =
    lane === 'snoozedOpen' ? 'snoozed' : lane === 'resolved' || lane === 'closed' ? lane : 'active';
  const sortAt = Date.now() - Math.floor(random() * YEAR_MS);
  const isNobodys = operators.length === 0 || random() < 0.3;
  return {
    ...place,
    number: numberOf(n),
    bucket,
    lane,
    assignee: isNobodys ? 'none' : operators[Math.floor(random() * operators.length)],
    channel: CHANNELS[Math.floor(random() * CHANNELS.length)],
    sortAt,
    priority: priorities[Math.floor(random() * priorities.length)],
    waits,
    dueAt: bucket === 'active' ? sortAt + Math.floor(random() * YEAR_MS) : place.dueAt,
    ...(bucket === 'snoozed' && { snoozedUntil: sortAt + YEAR_MS }),
  };
}

/**
 * Above those that are there. A page ends with a hundred (convex/shared/tickets/places.ts): one in twenty is one, so that pages of all lists
 * are about as long, also those of a small desk, and how long they happen to be is not what is compared.
 */
const numberOf = (n: number): number => 100 * (11 + Math.floor(n / 20)) + 5 * (n % 20);

function countPlace(counts: Counts, place: Row): void {
  const { bucket, assignee, waits, agentId, priority } = place as Record<string, string>;
  const by = { count: 1, waiting: waits ? 1 : 0 };
  add(counts, place, bucket!, assignee!, bucket === 'active' ? { ...by, [priority!]: 1 } : by);
  if (bucket === 'active') add(counts, place, 'ofAgent', agentId!, { count: 1, waiting: 0 });
}

function add(counts: Counts, { teamId }: Row, bucket: string, assignee: string, by: Record<string, number>) {
  const name = `${bucket} ${assignee}`;
  const row = counts.get(name) ?? { teamId, bucket, assignee, count: 0, waiting: 0 };
  for (const key of ['count', 'waiting', ...LIST_COUNTED] as const)
    if (by[key] !== undefined) row[key] = Number(row[key] ?? 0) + by[key];
  counts.set(name, row);
}

async function rowsOf(deployment: Deployment, table: string): Promise<Row[]> {
  const said = await convex(deployment, ['data', table, '--limit', '1000', '--format', 'jsonArray']);
  return JSON.parse(said) as Row[];
}

async function importLines(
  deployment: Deployment,
  table: string,
  how: string,
  lines: string[],
): Promise<void> {
  const path = join(tmpdir(), `baton-${table}-${process.pid}.jsonl`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  try {
    await convex(deployment, ['import', '--table', table, how, '-y', path]);
  } finally {
    rmSync(path);
  }
}
