/**
 * Carries steps out against a real desk, through its public and internal functions only, and holds what it answers and
 * shows against the twin. `Desk` is all it needs of a backend: convex-test today, a running engine (with conflicts
 * injected) by another adapter.
 */
import type { FunctionArgs, FunctionReference, FunctionReturnType } from 'convex/server';
import { api, internal } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { readPages, type ReadTeam } from '../../convex/readShared.setup.ts';
import { checkBoard } from './boardChecks.ts';
import { checkLoads, checkMeasures, checkOneVoice, checkRows, checkThread } from './checks.ts';
import type { Act, Step } from './steps.ts';
import { look, lookBack, newTwin, play, type Twin } from './twin.ts';

/** Who calls: an operator by position, or the deployment itself (agents and customers come through the edge). */
type As = number | 'edge';
const { calls: apiCalls } = internal.http.api;
type AnyFunction = FunctionReference<'query' | 'mutation', 'public' | 'internal'>;

export interface Desk {
  /** Rejects with an error whose `data.code` is the refusal. */
  run<F extends AnyFunction>(fn: F, args: FunctionArgs<F>, as: As): Promise<FunctionReturnType<F>>;
  /** What everybody in the team sees alike, with its read key of now. */
  read: ReadTeam;
  /** What managers alone see, with their key of now. */
  readAsManager: ReadTeam;
}

export interface World {
  teamId: Id<'teams'>;
  /** Of the outside agent's key. */
  keyHash: string;
  memberIds: Id<'members'>[];
  conversationIds: Id<'conversations'>[];
}

/** Plays all acts; rejects with what was wrong and where. */
export async function simulate(desk: Desk, world: World, acts: Act[]): Promise<void> {
  let twin = newTwin(world.conversationIds.length);
  for (const [index, act] of acts.entries()) {
    try {
      twin = look(await carryOut(desk, world, twin, act, index));
      for (const position of touched(act)) await checkConversation(desk, world, twin, position);
      await checkLoads(desk, twin);
    } catch (error) {
      throw new Error(`Act ${index} ${JSON.stringify(act)}: ${(error as Error).message}`, { cause: error });
    }
  }
  await checkRows(desk, world, twin);
  await checkMeasures(desk, world);
  await checkBoard(desk, world, twin);
}

const touched = (act: Act): number[] =>
  'atOnce' in act ? act.atOnce.map(({ conversation }) => conversation) : [act.conversation];

async function carryOut(desk: Desk, world: World, twin: Twin, act: Act, index: number): Promise<Twin> {
  if (!('atOnce' in act)) {
    const expected = play(twin, act);
    const answer = await perform(desk, world, twin, act, `${index}`);
    if (answer !== expected.answer) throw new Error(`answered ${answer}, the rules say ${expected.answer}`);
    return expected.twin;
  }
  const [first, second] = act.atOnce;
  const answers = await Promise.all([
    perform(desk, world, twin, first, `${index}a`),
    perform(desk, world, twin, second, `${index}b`),
  ]);
  const orders = [inOrder(twin, first, second), inOrder(twin, second, first)];
  orders[1]!.answers.reverse();
  const fitting = orders.filter((order) => order.answers.join() === answers.join());
  if (fitting.length === 0) {
    const allowed = orders.map((order) => order.answers.join(' and '));
    throw new Error(`answered ${answers.join(' and ')}, the rules allow ${allowed.join(', or ')}`);
  }
  return (await firstThatShows(desk, world, fitting, act)).twin;
}

/** Both act on what was shown before either. */
function inOrder(twin: Twin, first: Step, second: Step) {
  const one = play(twin, first, lookBack(twin, first));
  const two = play(one.twin, second, lookBack(twin, second));
  return { twin: two.twin, answers: [one.answer, two.answer] };
}

/** Answers alone may fit both orders; the thread tells which it was. */
async function firstThatShows<Order extends { twin: Twin }>(
  desk: Desk,
  world: World,
  orders: Order[],
  act: Act,
): Promise<Order> {
  let problem: unknown;
  for (const order of orders) {
    try {
      for (const position of touched(act)) await checkConversation(desk, world, order.twin, position);
      return order;
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}

async function checkConversation(desk: Desk, world: World, twin: Twin, position: number): Promise<void> {
  const entries = await readPages(desk.read, world.conversationIds[position]!);
  checkOneVoice(entries);
  await checkThread(desk, world, twin.conversations[position]!, entries, position);
}

/** One call, and its answer in the twin's words. */
async function perform(desk: Desk, world: World, twin: Twin, step: Step, id: string): Promise<string> {
  try {
    return await call(desk, world, twin, step, id);
  } catch (error) {
    const code = (error as { data?: { code?: string } }).data?.code;
    if (code === undefined) throw error;
    return code;
  }
}

async function call(desk: Desk, world: World, twin: Twin, step: Step, id: string): Promise<string> {
  const { teamId, keyHash, memberIds } = world;
  const { operator: me, confirm } = step;
  const conversationId = world.conversationIds[step.conversation]!;
  const { epoch, through: seenThrough } = lookBack(twin, step);
  const written = { text: `${step.do} ${id}`, clientMessageId: id };
  const message = { ...written, conversationId };
  const overApi = async (call: keyof typeof apiCalls, input: object) => {
    const args = { keyHash, once: null, input: JSON.stringify(input), conversationId };
    return JSON.parse((await desk.run(apiCalls[call], args, 'edge'))!.body) as Record<string, unknown>;
  };
  const steal = confirm ? { expectedEpoch: epoch } : undefined;
  const handback = { teamId, expectedEpoch: epoch, seenThrough, confirmSteal: confirm };
  const ticketId = await presentTicketId(desk, twin, step);
  switch (step.do) {
    case 'customerWrites':
      await overApi('addCustomerMessage', written);
      return 'ok';
    case 'note':
      await desk.run(api.messages.note, { ...message, teamId }, me);
      return 'ok';
    case 'agentAnswers':
      return said(await overApi('addAnswer', { ...written, epoch, seenThrough }));
    case 'handOver':
      return String((await overApi('addHandover', { judged: { wantsPerson: false, rule: null } })).how);
    case 'takeOver':
      return changed(await desk.run(api.tickets.takeOverConversation, { teamId, conversationId, steal }, me));
    case 'reply':
      return said(await desk.run(api.messages.reply, { ...message, teamId, epoch, seenThrough }, me));
    case 'takeOverAndSend': {
      const both = await desk.run(
        api.messages.takeOverAndSend,
        { ...message, teamId, seenThrough, steal },
        me,
      );
      return `${changed(both.takenOver)}+${said(both.outcome)}`;
    }
    case 'returnToAgent':
      return said(
        await desk.run(
          api.tickets.returnToAgent,
          { ...handback, conversationId, agentAnswersNow: step.answerNow },
          me,
        ),
      );
  }
  if (ticketId === null) return 'none';
  switch (step.do) {
    case 'resolve':
    case 'close': {
      const fn = step.do === 'resolve' ? api.tickets.resolve : api.tickets.close;
      return said(await desk.run(fn, { ...handback, ticketId, agentAnswersNow: step.answerNow }, me));
    }
    case 'reopen':
      await desk.run(api.tickets.reopen, { teamId, ticketId }, me);
      return 'ok';
    case 'assign': {
      const memberId = step.to === null ? null : memberIds[step.to]!;
      await desk.run(api.tickets.assign, { teamId, ticketId, memberId, confirmSteal: steal }, me);
      return 'ok';
    }
    case 'setTags':
      await desk.run(api.tickets.setTags, { teamId, ticketId, tags: step.tags }, me);
      return 'ok';
  }
}

/** What acts on a ticket, not on a conversation. */
const ofTicket: ReadonlySet<Step['do']> = new Set(['resolve', 'close', 'reopen', 'assign', 'setTags']);

/** The ticket a step acts on: the one named, or the conversation's present one, as the author knows it. */
async function presentTicketId(desk: Desk, twin: Twin, step: Step): Promise<Id<'tickets'> | null> {
  if (!ofTicket.has(step.do)) return null;
  const { tickets } = twin.conversations[step.conversation]!;
  const ticket =
    step.do === 'reopen'
      ? tickets[step.ticket]
      : (tickets.find(({ status }) => status === 'new' || status === 'open') ??
        tickets.findLast(({ status }) => status === 'resolved') ??
        tickets.at(-1));
  if (ticket === undefined) return null;
  const page = await desk.read(api.tickets.get, { number: ticket.number });
  return page?.ticket._id ?? null;
}

const changed = (taken: { changed: boolean }) => (taken.changed ? 'changed' : 'unchanged');

function said(outcome: object): string {
  if ('outcome' in outcome) {
    return outcome.outcome === 'accepted' ? 'sent' : String((outcome as { code?: string }).code);
  }
  if ('refused' in outcome) return String(outcome.refused);
  return 'sent' in outcome ? 'sent' : 'done';
}
