/**
 * A desk with one outside agent, a customer and three operators, and the ways in that tests of the desk's heart use.
 * Everything acts through real functions; only documents nobody has an API for yet are inserted.
 */
import { ConvexError } from 'convex/values';
import type { Id } from './_generated/dataModel';
import { api } from './_generated/api';
import type { CaseCtx } from './functions';
import { receiveCustomerMessage } from './model/control/customerMessages';
import { sendToCustomer } from './model/control/door';
import { type Case, openCaseOf } from './model/conversation/case';
import { startConversation } from './model/conversation/conversations';
import { openOrAddReason, type Reason } from './model/tickets/tickets';
import type { ChannelKind } from './shared/conversation/channels';
import { addMember, createTeam, setupTest, transact, type TestDesk, type TestMember } from './test.setup';

/** `beside`: another team in the same deployment. */
export async function openDesk(options: { channel?: ChannelKind; beside?: TestDesk } = {}) {
  const t = options.beside ?? setupTest();
  const team = await createTeam(t);
  const agentId = await addOutsideAgent(t, team.teamId, 'Robin');
  const ana = await addMember(t, team.teamId, 'Ana', 'operator');
  const ben = await addMember(t, team.teamId, 'Ben', 'operator');
  const customerId = await t.run((ctx) => ctx.db.insert('customers', { teamId: team.teamId, name: 'Carla' }));
  const { teamId, owner, manager } = team;
  const desk = { t, teamId, agentId, ana, ben, owner, manager, customerId };
  return { ...desk, ...(await startThread(desk, options.channel ?? 'web')) };
}

/** With a key, so that it can answer; withdrawn ones are the test's own. */
export function addOutsideAgent(t: TestDesk, teamId: Id<'teams'>, name: string): Promise<Id<'agents'>> {
  return t.run(async (ctx) => {
    const agentId = await ctx.db.insert('agents', { teamId, name, kind: 'external', active: true });
    const { _id: createdBy } = (await ctx.db.query('members').first())!;
    await ctx.db.insert('agentKeys', { teamId, agentId, name: 'desk', prefix: '', hash: name, createdBy });
    return agentId;
  });
}

export type OpenDesk = Awaited<ReturnType<typeof openDesk>>;

interface Parts {
  t: TestDesk;
  teamId: Id<'teams'>;
  agentId: Id<'agents'>;
  customerId: Id<'customers'>;
}

/** One conversation and everything one does in it. */
export async function startThread({ t, teamId, agentId, customerId }: Parts, channel: ChannelKind) {
  const conversationId = await transact(
    t,
    async (ctx) => (await startConversation(ctx, { teamId, agentId, customerId, channel }))._id,
  );
  return threadOf({ t, teamId, agentId }, conversationId);
}

/** Of a conversation that is there already. */
export function threadOf(
  { t, teamId, agentId }: Omit<Parts, 'customerId'>,
  conversationId: Id<'conversations'>,
) {
  const inCase = <Result>(work: (ctx: CaseCtx, opened: Case) => Promise<Result>) =>
    transact(t, async (ctx) => work(ctx, await openCaseOf(ctx, conversationId)));
  let made = 0;
  const nextId = () => `m${++made}`;
  const read = async () => {
    const head = await t.run((ctx) =>
      ctx.db
        .query('threadHeads')
        .withIndex('by_conversationId', (q) => q.eq('conversationId', conversationId))
        .unique(),
    );
    return head!;
  };
  const control = async () => {
    const row = await t.run((ctx) =>
      ctx.db
        .query('controls')
        .withIndex('by_conversationId', (q) => q.eq('conversationId', conversationId))
        .unique(),
    );
    return row!;
  };
  const shown = async () => ({
    expectedEpoch: (await control()).epoch,
    seenThrough: (await read()).lastSequence,
  });
  return {
    conversationId,
    inCase,
    read,
    control,
    shown,
    customerWrites: (text: string, clientMessageId?: string) =>
      inCase((ctx, opened) =>
        receiveCustomerMessage(ctx, opened, { text, clientMessageId, channel: opened.head.customerChannel }),
      ),
    agentAnswers: async (
      text: string,
      at: { epoch?: number; seenThrough?: number; clientMessageId?: string } = {},
    ) => {
      const { epoch = (await control()).epoch, seenThrough = (await read()).lastSequence } = at;
      const author = { kind: 'agent' as const, agentId, epoch, seenThrough };
      const message =
        at.clientMessageId === undefined ? { text } : { text, clientMessageId: at.clientMessageId };
      return inCase((ctx, opened) => sendToCustomer(ctx, opened, { author, ...message }));
    },
    handsOver: (reason: Reason['reason'] = 'agentAsked', why: Omit<Reason, 'reason'> = {}) =>
      inCase(async (ctx, opened) => {
        const { ticket, how } = await openOrAddReason(ctx, opened, {
          reason,
          actor: { kind: 'agent', agentId },
          ...why,
        });
        return { ticketId: ticket._id, number: ticket.number, how };
      }),
    takesOver: (who: TestMember, steal?: { expectedEpoch: number }) =>
      who.as.mutation(api.tickets.takeOverConversation, { teamId, conversationId, steal }),
    replies: async (
      who: TestMember,
      text: string,
      at: { epoch?: number; seenThrough?: number; confirmedThrough?: number; clientMessageId?: string } = {},
    ) =>
      who.as.mutation(api.messages.reply, {
        teamId,
        conversationId,
        text,
        clientMessageId: at.clientMessageId ?? nextId(),
        epoch: at.epoch ?? (await control()).epoch,
        seenThrough: at.seenThrough ?? (await read()).lastSequence,
        confirmedThrough: at.confirmedThrough,
      }),
    resolves: async (who: TestMember, ticketId: Id<'tickets'>, more: { agentAnswersNow?: boolean } = {}) =>
      who.as.mutation(api.tickets.resolve, { teamId, ticketId, ...(await shown()), ...more }),
    tickets: () =>
      t.run((ctx) =>
        ctx.db
          .query('tickets')
          .withIndex('by_conversationId_and_openedAt', (q) => q.eq('conversationId', conversationId))
          .collect(),
      ),
    entries: () =>
      t.run((ctx) =>
        ctx.db
          .query('entries')
          .withIndex('by_conversationId_and_sequence', (q) => q.eq('conversationId', conversationId))
          .collect(),
      ),
    suppressed: () =>
      t.run((ctx) =>
        ctx.db
          .query('suppressedDrafts')
          .withIndex('by_conversationId_and_at', (q) => q.eq('conversationId', conversationId))
          .collect(),
      ),
  };
}

/** The texts a customer has been sent, in order. */
export function textsToCustomer(
  entries: { kind: string; author: { kind: string }; text?: string }[],
): string[] {
  return entries
    .filter(({ kind, author }) => kind === 'message' && author.kind !== 'customer')
    .map(({ text = '' }) => text);
}

/** The whole refusal of a call that must fail: `{code, message, …}`. */
export async function refused(call: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ConvexError) return error.data;
    throw error;
  }
  throw new Error('The call was not refused');
}
