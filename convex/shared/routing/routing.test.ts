import fc from 'fast-check';
import { type GenericId } from 'convex/values';
import { describe, expect, test } from 'vitest';
import { recallDecision } from './decisions';
import {
  assignmentModes,
  type Candidate,
  chooseWinner,
  decide,
  type Asked,
  planPass,
  rampLeft,
  rampNextAt,
  rampShare,
  rampStepMs,
  skipReason,
  ticketWeight,
} from './routing';

const free: Candidate = {
  memberId: 'a',
  mayReply: true,
  status: 'online',
  connected: true,
  load: 0,
  limit: 5,
  turn: 0,
};
const aCandidate = fc.record({
  memberId: fc.string({ minLength: 1, maxLength: 4 }),
  mayReply: fc.boolean(),
  status: fc.constantFrom(
    'online' as const,
    'online' as const,
    'busy' as const,
    'away' as const,
    'offline' as const,
  ),
  connected: fc.boolean(),
  load: fc.integer({ min: 0, max: 12 }).map((half) => half / 2),
  limit: fc.integer({ min: 0, max: 6 }),
  turn: fc.integer({ min: 0, max: 5 }),
  rampLeft: fc.option(fc.integer({ min: -2, max: 2 }), { nil: undefined }),
});
const aTeam = fc.uniqueArray(aCandidate, { selector: (c) => c.memberId, maxLength: 8 });
const aMode = fc.constantFrom(...assignmentModes);

describe('[A3] eligibility', () => {
  test.each([
    [{}, undefined],
    [{ mayReply: false }, 'mayNotReply'],
    [{ status: 'busy' as const }, 'busy'],
    [{ status: 'away' as const }, 'away'],
    [{ status: 'offline' as const }, 'offline'],
    [{ connected: false }, 'disconnected'],
    [{ load: 5 }, 'atLimit'],
    [{ load: 4.5 }, undefined],
    [{ limit: 0 }, 'atLimit'],
    [{ rampLeft: 0 }, 'rampingUp'],
    [{ rampLeft: 1 }, undefined],
  ])('%o is skipped as %s', (facts, reason) => {
    expect(skipReason({ ...free, ...facts }, { urgent: false })).toBe(reason);
  });

  test('[A8] an urgent ticket ignores a ramp, and nothing else', () => {
    expect(skipReason({ ...free, rampLeft: 0 }, { urgent: true })).toBeUndefined();
    expect(skipReason({ ...free, load: 5 }, { urgent: true })).toBe('atLimit');
  });
});

describe('[A4] the winner', () => {
  test('balanced: least load, then least load ÷ limit, then lowest turn, then id', () => {
    const pick = (...team: Partial<Candidate>[]) =>
      chooseWinner(
        team.map((c) => ({ ...free, ...c })),
        'balanced',
      )?.memberId;
    expect(pick({ memberId: 'a', load: 1 }, { memberId: 'b', load: 0.5, turn: 9 })).toBe('b');
    expect(pick({ memberId: 'a', load: 1, limit: 2 }, { memberId: 'b', load: 1, limit: 4, turn: 9 })).toBe(
      'b',
    );
    expect(pick({ memberId: 'a', load: 1, turn: 2 }, { memberId: 'b', load: 1, turn: 1 })).toBe('b');
    expect(pick({ memberId: 'b' }, { memberId: 'a' })).toBe('a');
  });

  test('is an eligible candidate whenever there is one, never a skipped one, in any order of asking', () => {
    fc.assert(
      fc.property(aTeam, aMode, fc.boolean(), (team, mode, urgent) => {
        const { winner, candidates } = decide(team, mode, { urgent });
        const eligible = team.filter((c) => skipReason(c, { urgent }) === undefined);
        expect(winner === undefined).toBe(mode === 'manual' || eligible.length === 0);
        if (winner !== undefined) expect(eligible).toContain(winner);
        expect(decide(team.toReversed(), mode, { urgent }).winner).toEqual(winner);
        expect(candidates.map((c) => c.memberId)).toEqual(team.map((c) => c.memberId));
        if (mode === 'balanced' && winner) expect(winner.load).toBe(Math.min(...eligible.map((c) => c.load)));
        if (mode === 'roundRobin' && winner)
          expect(winner.turn).toBe(Math.min(...eligible.map((c) => c.turn)));
      }),
    );
  });

  test('[A5] recomputing from what a decision stored gives the same winner and the same skips', () => {
    fc.assert(
      fc.property(aTeam, aMode, fc.boolean(), (team, mode, urgent) => {
        const first = decide(team, mode, { urgent });
        const again = decide(first.candidates, mode, { urgent });
        expect(again.winner?.memberId).toBe(first.winner?.memberId);
        expect(again.candidates.map((c) => c.skipped)).toEqual(first.candidates.map((c) => c.skipped));
      }),
    );
  });
});

/** Plays a day: tickets come and go, people come and go; each arrival is decided and counted as the pass does. */
function play(
  mode: 'balanced' | 'roundRobin',
  members: number,
  script: { type: 'ticket' | 'done' | 'toggle'; who: number }[],
) {
  const team = Array.from({ length: members }, (_, i) => ({ ...free, memberId: `m${i}`, limit: 99 }));
  const given = team.map(() => 0);
  let turn = 0;
  for (const step of script) {
    const member = team[step.who % members]!;
    if (step.type === 'done') member.load = Math.max(0, member.load - 1);
    if (step.type === 'toggle') member.status = member.status === 'online' ? 'away' : 'online';
    if (step.type !== 'ticket') continue;
    const winner = decide(team, mode, { urgent: false }).winner;
    if (winner === undefined) continue;
    turn += 1;
    winner.turn = turn;
    winner.load += 1;
    given[team.indexOf(winner)]! += 1;
  }
  return { team, given };
}

describe('[A4] fairness', () => {
  test('roundRobin among people who stay gives everybody the same, give or take one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 200 }), (members, tickets) => {
        const script = Array.from({ length: tickets }, () => ({ type: 'ticket' as const, who: 0 }));
        const { given } = play('roundRobin', members, script);
        expect(Math.max(...given) - Math.min(...given)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('balanced never gives to somebody who has more than another available person, whatever happens in between', () => {
    const aStep = fc.record({
      type: fc.constantFrom('ticket' as const, 'ticket' as const, 'done' as const),
      who: fc.nat(8),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(aStep, { maxLength: 200 }), (members, script) => {
        const onlyTickets = script.filter((step) => step.type === 'ticket');
        const { team } = play('balanced', members, onlyTickets);
        const loads = team.map((c) => c.load);
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
        play('balanced', members, script);
      }),
    );
  });

  test('[lesson L15] somebody back from a long absence is not flooded in balanced mode', () => {
    const away = { type: 'toggle' as const, who: 0 };
    const tickets = (count: number) =>
      Array.from({ length: count }, () => ({ type: 'ticket' as const, who: 0 }));
    const done = Array.from({ length: 40 }, (_, i) => ({ type: 'done' as const, who: 1 + (i % 2) }));
    const { given } = play('balanced', 3, [away, ...tickets(40), ...done, away, ...tickets(9)]);
    expect(given[0]).toBeLessThanOrEqual(3);
  });
});

describe('[A4] the weight of a ticket', () => {
  test.each([
    [{ live: true }, 1],
    [{ live: true, waitingOn: 'customer' as const }, 1],
    [{ live: false, waitingSince: 5 }, 1],
    [{ live: false, waitingSince: 5, waitingOn: 'thirdParty' as const }, 0.5],
    [{ live: false, waitingOn: 'customer' as const }, 0.5],
    [{ live: false }, 0.5],
    [{ live: false, waitingSince: 5, snoozedUntil: 9 }, 0],
    [{ live: true, snoozedUntil: 9 }, 0],
  ])('%o weighs %d', (ticket, weight) => {
    expect(ticketWeight(ticket)).toBe(weight);
  });
});

describe('[A5] the decisions of a pass', () => {
  /** Nearly always eligible, so that much is given. */
  const workers = [...'abcdefgh'].map((id) => id as GenericId<'members'>);
  const aWorker = fc.record({
    memberId: fc.constantFrom(...workers),
    mayReply: fc.constant(true),
    status: fc.constantFrom('online' as const, 'online' as const, 'online' as const, 'busy' as const),
    connected: fc.constant(true),
    load: fc.integer({ min: 0, max: 4 }).map((half) => half / 2),
    limit: fc.integer({ min: 1, max: 6 }),
    turn: fc.integer({ min: 0, max: 5 }),
    rampLeft: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  });
  const aPass = fc.record({
    mode: fc.constantFrom('balanced' as const, 'roundRobin' as const),
    lastTurn: fc.nat(9),
    candidates: fc.uniqueArray(aWorker, { selector: (c) => c.memberId, maxLength: 5 }),
    tickets: fc.array(
      fc.record({
        urgent: fc.boolean(),
        weight: fc.constantFrom(0, 0.5, 1),
        passedOver: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.subarray(workers)),
      }),
      { maxLength: 12 },
    ),
  });
  const urgentFirst = (tickets: Asked[]) => tickets.toSorted((a, b) => Number(b.urgent) - Number(a.urgent));

  test('[A4] [A6] [A9] are those of deciding ticket by ticket, each counted before the next', () => {
    fc.assert(
      fc.property(aPass, ({ mode, lastTurn, candidates, tickets }) => {
        const facts = candidates.map((c) => ({ ...c }));
        const inOrder = urgentFirst(tickets);
        const winners = inOrder.map((ticket) => {
          const { winner } = decide(facts, mode, ticket);
          if (winner === undefined) return undefined;
          winner.load += ticket.weight;
          winner.turn = ++lastTurn;
          if (!ticket.urgent && winner.rampLeft !== undefined) winner.rampLeft -= 1;
          return winner.memberId;
        });
        const { given, placed } = planPass(
          { mode, lastTurn: lastTurn - winners.filter(Boolean).length, candidates },
          inOrder,
        );
        expect(inOrder.map((_, at) => given[placed.indexOf(at)]?.memberId)).toEqual(winners);
      }),
    );
  });

  test('are made again from what the pass began with: the same winner at each place, nobody past its end', () => {
    fc.assert(
      fc.property(aPass, ({ tickets, ...start }) => {
        const before = structuredClone(start);
        const inOrder = urgentFirst(tickets);
        const { given, placed } = planPass(start, inOrder);
        expect(start).toEqual(before);
        for (const [at, { urgent, passedOver = [] }] of inOrder.entries()) {
          const place = placed.includes(at) ? placed.indexOf(at) : given.length;
          const facts = { place, urgent, passedOver: [...passedOver] as GenericId<'members'>[] };
          const again = recallDecision({ ...start, given }, facts);
          expect(again.winnerId).toBe(given[place]?.memberId);
          // From what it tells, the same winner once more.
          expect(decide(again.candidates, again.mode, facts).winner?.memberId).toBe(again.winnerId);
        }
      }),
    );
  });
});

describe('[A8] ramp', () => {
  test('the share is the backlog over the people who are not offline, at least one', () => {
    expect([rampShare(10, 3), rampShare(9, 3), rampShare(0, 3), rampShare(1, 5), rampShare(4, 0)]).toEqual([
      4, 3, 1, 1, 4,
    ]);
  });

  test('the next ticket becomes due exactly when the ramp says, never earlier', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 9 }), fc.nat(20), (startedAt, share, given) => {
        const ramp = { startedAt, share, given };
        const at = rampNextAt(ramp);
        expect(rampLeft(ramp, at)).toBeGreaterThanOrEqual(1);
        if (at > startedAt) expect(rampLeft(ramp, at - 1)).toBe(0);
        expect(rampLeft({ ...ramp, given: given + 1 }, at + rampStepMs)).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});
