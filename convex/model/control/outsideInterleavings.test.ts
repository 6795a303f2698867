/// <reference types="vite/client" />
/** Rule C13 against a twin: echoes old and new, known and unknown, doubled and shuffled, among takeovers, answers and C12's clock. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from '../../_generated/api';
import { openRoutedDesk, useFakeDay } from '../../routing.setup';
import { passTime } from '../../test.setup';
import { receiveOutsideMessage } from './outsideMessages';

vi.setConfig({ testTimeout: 120_000 });
beforeEach(useFakeDay);
afterEach(() => {
  vi.useRealTimers();
});

const grace = 120_000;

type Step =
  | { do: 'customerWrites' | 'takeOver' | 'reply' | 'returnToAgent' }
  | { do: 'agentAnswers'; lag: number }
  | { do: 'pass'; seconds: number }
  | { do: 'echo'; delay: number; isOurs: boolean }
  | { do: 'echoAgain'; which: number };

const steps = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    { weight: 3, arbitrary: fc.constant({ do: 'customerWrites' }) },
    { weight: 1, arbitrary: fc.constant({ do: 'takeOver' }) },
    { weight: 1, arbitrary: fc.constant({ do: 'reply' }) },
    { weight: 1, arbitrary: fc.constant({ do: 'returnToAgent' }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('agentAnswers'), lag: fc.nat(1) }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('pass'), seconds: fc.integer({ min: 1, max: 90 }) }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('echo'),
        delay: fc.oneof(fc.constant(0), fc.nat(40)),
        isOurs: fc.nat(4).map((each) => each === 0),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('echoAgain'), which: fc.nat(9) }) },
  ),
  { minLength: 5, maxLength: 30 },
);

/** C13, C12 once more, in as few lines as it takes. */
class Twin {
  holder: 'agent' | 'ana' | 'team' = 'agent';
  epoch = 1;
  since = 0;
  outsideAt: number | undefined;
  isAssigned = false;
  /** When the customer wrote what nobody has answered. */
  open: number[] = [];
  stored = 0;

  takes(holder: 'agent' | 'ana' | 'team', since: number) {
    this.holder = holder;
    this.epoch += 1;
    this.since = since;
    this.outsideAt = undefined;
  }

  echo(sentAt: number, isOurs: boolean) {
    if (isOurs) return;
    this.stored += 1;
    if (sentAt <= this.since) return;
    if (this.holder !== 'team') this.takes('team', sentAt);
    this.outsideAt = Math.max(this.outsideAt ?? 0, sentAt);
    this.open = this.open.filter((at) => at > sentAt);
  }

  /** [C12] When the agent has it again, if nothing else happens. */
  dueAt(): number | undefined {
    if (this.holder !== 'team' || this.isAssigned || this.open.length === 0) return undefined;
    return Math.max(this.outsideAt ?? this.since, this.open[0]!) + grace;
  }
}

async function openPair() {
  const desk = await openRoutedDesk(['Ana']);
  const [ana] = desk.people as [(typeof desk.people)[number]];
  // There, and given nothing.
  await desk.declare(ana, 'busy');
  const thread = await desk.openTicket();
  const twin = new Twin();
  twin.since = (await thread.control()).since;
  const sent: { providerId: string; sentAt: number }[] = [];
  const echo = async (providerId: string, sentAt: number, isOurs: boolean) =>
    thread.inCase((ctx, opened) =>
      receiveOutsideMessage(ctx, opened, { channel: 'web', providerId, sentAt, text: providerId, isOurs }),
    );
  return { ...desk, ...thread, ana, twin, sent, echo };
}
type Pair = Awaited<ReturnType<typeof openPair>>;

async function play(pair: Pair, step: Step): Promise<void> {
  const { t, teamId, ana, twin, sent, conversationId } = pair;
  const now = Date.now();
  switch (step.do) {
    case 'customerWrites':
      await pair.customerWrites('?');
      twin.open.push(now);
      return;
    case 'takeOver':
      await pair.takesOver(ana);
      twin.isAssigned = true;
      if (twin.holder !== 'ana') twin.takes('ana', now);
      return;
    case 'reply': {
      const said = await pair.replies(ana, 'Ana here');
      expect('sent' in said).toBe(twin.holder === 'ana');
      if (twin.holder === 'ana') twin.open = [];
      return;
    }
    case 'returnToAgent':
      await ana.as.mutation(api.tickets.returnToAgent, { teamId, conversationId, ...(await pair.shown()) });
      if (twin.holder !== 'agent') twin.takes('agent', now);
      return;
    case 'agentAnswers': {
      const said = await pair.agentAnswers('answer', { epoch: Math.max(1, twin.epoch - step.lag) });
      const mayAnswer = twin.holder === 'agent' && (step.lag === 0 || twin.epoch === 1);
      expect('sent' in said).toBe(mayAnswer);
      if (mayAnswer) twin.open = [];
      return;
    }
    case 'pass': {
      const dueAt = twin.dueAt();
      for (let left = step.seconds; left > 0; left -= 20) {
        await pair.beat(ana);
        await passTime(t, Math.min(left, 20) * 1_000);
      }
      if (dueAt === undefined || Date.now() < dueAt) return;
      const { since } = await pair.control();
      expect(Math.abs(since - dueAt)).toBeLessThanOrEqual(1_000);
      twin.takes('agent', since);
      return;
    }
    case 'echo': {
      const providerId = `echo ${sent.length}`;
      const sentAt = now - step.delay * 1_000;
      sent.push({ providerId, sentAt });
      await pair.echo(providerId, sentAt, step.isOurs);
      twin.echo(sentAt, step.isOurs);
      if (step.isOurs) sent.pop();
      return;
    }
    case 'echoAgain': {
      const before = sent[step.which];
      if (before === undefined) return;
      expect(await pair.echo(before.providerId, before.sentAt, false)).toEqual({ became: 'repeated' });
    }
  }
}

async function compare({ twin, ana, control, read, entries }: Pair): Promise<void> {
  const { holder, operatorId, epoch, since, outside } = await control();
  const held = holder === 'agent' ? 'agent' : operatorId === ana.memberId ? 'ana' : 'team';
  expect({ held, epoch, since, outsideAt: outside?.at }).toEqual({
    held: twin.holder,
    epoch: twin.epoch,
    since: twin.since,
    outsideAt: twin.outsideAt,
  });
  expect((await read()).unansweredSince).toBe(twin.open[0]);
  const thread = await entries();
  expect(thread.filter((entry) => entry.outside !== undefined && entry.kind === 'message')).toHaveLength(
    twin.stored,
  );
  // One voice, as the thread itself tells who held at each word.
  let speaks: string = 'agent';
  for (const { kind, event, author, outside: past } of thread) {
    if (event?.type === 'controlTaken') speaks = event.to === undefined ? 'team' : 'operator';
    if (event?.type === 'controlReturned') speaks = 'agent';
    if (kind !== 'message' || author.kind === 'customer' || author.kind === 'system' || past?.isLate)
      continue;
    expect(author.kind === 'operator' && past ? 'team' : author.kind).toBe(speaks);
  }
}

test('[C13] [C12] [C8] echoes among everything else: the twin and the desk agree, and there is one voice', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const pair = await openPair();
      await passTime(pair.t, 1_000);
      for (const step of all) {
        await play(pair, step);
        await compare(pair);
        // No two things happen in one instant.
        vi.advanceTimersByTime(1);
      }
    }),
    { numRuns: 25 },
  );
});
