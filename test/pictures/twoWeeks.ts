/**
 * Figures of the two weeks before, for pictures of the reports: counters alone, imported as a backup would bring them; nothing
 * stands behind them.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { bucketOf } from '../../convex/shared/measures/histogram.ts';
import { convex } from '../../scripts/convexCli.ts';
import type { TestDesk } from '../journeys/harness.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

interface Sizes {
  begun: number;
  /** Of these. */
  handover: number;
}

/** The newest last. */
const days: Sizes[] = [212, 198, 205, 187, 176, 92, 84, 190, 221, 209, 214, 196, 181, 104].map(
  (begun, at) => ({ begun, handover: Math.round(begun * (0.3 - at * 0.006)) }),
);

const spread = (middleMs: number, count: number) => {
  const histogram: Record<string, number> = {};
  for (let at = 0; at < count; at++) {
    const bucket = bucketOf(middleMs * 0.4 * 5 ** ((at + 0.5) / count));
    histogram[bucket] = (histogram[bucket] ?? 0) + 1;
  }
  return histogram;
};

/** What is counted of so much, and of the share of it that one had. */
function counted({ begun, handover }: Sizes, share = 1) {
  const of = (count: number) => Math.round(count * share);
  const [begunHere, handed] = [of(begun), of(handover)];
  const resolved = Math.round(handed * 0.93);
  return {
    counts: {
      begun: begunHere,
      withPerson: handed,
      contained: begunHere - handed,
      notContained: handed,
      customerMessage: begunHere * 3,
      agentMessage: begunHere * 2,
      operatorMessage: handed * 2,
      handover: handed,
      firstReply: handed,
      nextReply: handed,
      resolved,
      reopened: Math.round(resolved * 0.05),
      rated: Math.round(resolved * 0.3),
      scores: Math.round(resolved * 0.3 * 4.7),
      refused: Math.round(handed * 0.04),
      suppressed: Math.round(handed * 0.06),
    },
    times: {
      firstReply: spread(4 * 60_000, handed),
      nextReply: spread(3 * 60_000, handed),
      resolved: spread(50 * 60_000, resolved),
      wait: spread(4 * 60_000, handed),
    },
  };
}

export async function bringTwoWeeks(
  { engine, settings }: TestDesk,
  teamId: string,
  agentIds: readonly string[],
): Promise<void> {
  const today = Math.floor(Date.now() / dayMs) * dayMs;
  const shares = (of: readonly string[]) => of.map((each, at) => [each, [0.6, 0.3, 0.1][at]!] as const);
  const ofTeam = { teamId, generation: 0 };
  const rows = days.flatMap((sizes, index) => {
    const at = today - (days.length - index) * dayMs;
    const by = (name: string, of: string, share?: number) => ({
      ...{ ...ofTeam, span: 'day', by: name, of, at },
      ...counted(sizes, share),
    });
    return [
      by('team', ''),
      ...shares(agentIds).map(([of, share]) => by('agent', of, share)),
      ...shares(['web', 'email', 'whatsapp']).map(([of, share]) => by('channel', of, share)),
    ];
  });
  const thisHour = Math.floor(Date.now() / hourMs) * hourMs;
  const hours = Array.from({ length: 23 }, (_, back) => {
    const at = thisHour - (back + 1) * hourMs;
    const isDay = new Date(at).getUTCHours() >= 7;
    const begun = isDay ? 9 + ((back * 5) % 7) : 2;
    const handover = isDay ? 2 + (back % 3) : 0;
    const row = (by: string, of: string, counts: object) => ({
      ...{ ...ofTeam, span: 'hour', by, of, at, times: {} },
      counts,
    });
    return [
      row('team', '', { begun, withPerson: handover, handover }),
      ...(handover === 0
        ? []
        : [
            row('cause', 'agentAsked', { handover: handover - 1 }),
            row('cause', 'customerAsked', { handover: 1 }),
          ]),
    ];
  });
  const path = `${settings.dataDir}.jsonl`;
  writeFileSync(path, [...rows, ...hours.flat()].map((row) => `${JSON.stringify(row)}\n`).join(''));
  const deployment = { url: settings.url, adminKey: engine.adminKey };
  await convex(deployment, ['import', '--append', '-y', '--table', 'measureCounters', path]).finally(() =>
    rmSync(path),
  );
}
