/**
 * What a customer sees of their conversation (docs/rules.md M8, R2): only what is for everyone, people by first name,
 * never an id of the team's side beyond the entry's own.
 */
import type { PaginationOptions, PaginationResult } from 'convex/server';
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { vOpenTimes } from '../../shared/kit/calendar';
import { vShownFile } from '../../shared/conversation/attachments';
import { isChatEnded } from '../../shared/conversation/ended';
import { vSystemText } from '../../shared/conversation/entries';
import { getConversationOf, listTalksOf } from './customerSessions';
import { readConversation } from '../conversation/case';
import { previewOfText } from '../conversation/entries';
import { emailOf } from '../conversation/identities';
import { listThreads } from '../mail/threads';
import { canAnswer, isSomebodyHere } from '../routing/availability';
import { rateable } from '../tickets/ratings';
import { usualWaitOf } from '../measures/usualWaits';
import { isActive } from '../../shared/tickets/tickets';
import { calendarOfAgent } from '../kit/calendars';
import { firstName } from '../kit/names';
import { attachmentsOf } from '../conversation/attachments';
import { authorNames, shownName } from '../conversation/news';
import { listTyping } from '../conversation/typing';
import { pageOf } from '../kit/pages';

type Reader = Pick<QueryCtx, 'db'>;

export const vCustomerConversation = v.object({
  /** Or what the chat is called instead. */
  teamName: v.string(),
  agentName: v.string(),
  /** [H6] False when it is known that the agent answers nothing now. */
  agentAnswers: v.boolean(),
  /** Null before the customer's first word. */
  conversationId: v.union(v.id('conversations'), v.null()),
  /** `team`: a person will speak, nobody in particular yet. */
  speakingWith: v.union(v.literal('agent'), v.literal('person'), v.literal('team')),
  personName: v.union(v.string(), v.null()),
  /** A person was asked for and has not answered since. */
  personAsked: v.boolean(),
  /** [H5] Somebody of the team is online now. */
  somebodyHere: v.boolean(),
  /** [H5] When people are there, for the page to tell by its own clock; null: not known. */
  calendar: v.union(vOpenTimes, v.null()),
  /** [H5] In how many minutes a person usually answers while the team is there, and until when that is fresh; null: not known. */
  usualWait: v.union(v.object({ minutes: v.number(), until: v.number() }), v.null()),
  hasEmail: v.boolean(),
  /** The team would like to see the page, of who has agreed. */
  wantsPage: v.boolean(),
  /** They have ended it, and not written since. */
  isEnded: v.boolean(),
  lastSequence: v.number(),
  readThrough: v.number(),
  /** A person of the team has seen the thread through here. */
  seenThrough: v.number(),
  /** Who may be rated, by first name, for which resolve of when, until the customer writes on; null: nobody. */
  rates: v.union(v.object({ name: v.string(), sequence: v.number(), at: v.number() }), v.null()),
  /** A mark counts until `until`; the page lets it lapse by its own clock. */
  typing: v.array(
    v.object({
      who: v.union(v.literal('agent'), v.literal('operator')),
      name: v.string(),
      until: v.number(),
    }),
  ),
});

export async function viewConversation(
  ctx: Reader,
  session: Doc<'customerSessions'>,
): Promise<Infer<typeof vCustomerConversation>> {
  const { teamId, channelId, customerId } = session;
  const conversation = await getConversationOf(ctx, session);
  const channel = await ctx.db.get(channelId);
  const agentId = conversation?.agentId ?? channel?.agentId;
  const agent = agentId === undefined ? null : await ctx.db.get(agentId);
  const usual = await usualWaitOf(ctx, teamId);
  return {
    teamName: channel?.look?.name ?? (await ctx.db.get(teamId))?.name ?? '',
    agentName: agent?.name ?? '',
    agentAnswers: await canAnswer(ctx, agent),
    wantsPage: channel?.showsPage ?? false,
    somebodyHere: await isSomebodyHere(ctx, teamId),
    calendar: (await calendarOfAgent(ctx, agent ?? { teamId })) ?? null,
    usualWait: usual && { minutes: usual.minutes, until: usual.until },
    hasEmail: (await emailOf(ctx, (await ctx.db.get(customerId))!)) !== null,
    ...(conversation === null ? noConversation : await viewThread(ctx, conversation, agent?.name ?? '')),
  };
}

export const vTalk = v.object({
  conversationId: v.id('conversations'),
  /** How its last message begins; empty where there is none. */
  preview: v.string(),
  at: v.number(),
  /** It is the one that is open here. */
  isOpen: v.boolean(),
});

/** Behind the last message may stand some of the team's that a customer does not see. */
const lookedAt = 5;

export async function viewTalks(
  ctx: Reader,
  session: Doc<'customerSessions'>,
): Promise<Infer<typeof vTalk>[]> {
  const talks = await listTalksOf(ctx, session);
  return Promise.all(
    talks.map(async ({ _id: conversationId, _creationTime }) => {
      const newest = await entriesFor(ctx, conversationId).take(lookedAt);
      const last = newest.find((entry) => isShown(entry) && !goesWithMail(entry));
      const isHidden = last !== undefined && (isElsewhere(last) || last.channel === 'email');
      const preview = last === undefined ? '' : isHidden ? elsewhereOnly(last) : previewOfText(last.text);
      const isOpen = session.conversationId === conversationId;
      return { conversationId, preview, at: last?.at ?? _creationTime, isOpen };
    }),
  );
}

type Typing = Infer<typeof vCustomerConversation>['typing'][number];

const noConversation = {
  conversationId: null,
  speakingWith: 'agent' as const,
  personName: null,
  personAsked: false,
  isEnded: false,
  lastSequence: 0,
  readThrough: 0,
  seenThrough: 0,
  rates: null,
  typing: [],
};

async function viewThread(ctx: Reader, conversation: Doc<'conversations'>, agentName: string) {
  const { head, control, ticket } = await readConversation(ctx, conversation);
  const { lastSequence, customerReadThrough: readThrough = 0, teamReadThrough: seenThrough = 0 } = head;
  const writesOn = (head.lastCustomerSequence ?? 0) > (ticket?.resolveSequence ?? 0);
  const rated = writesOn ? null : await rateable(ctx, ticket);
  const person = control.operatorId === undefined ? null : await ctx.db.get(control.operatorId);
  const marks = await listTyping(ctx, { head, control });
  return {
    conversationId: conversation._id,
    speakingWith:
      control.holder === 'agent'
        ? ('agent' as const)
        : person === null
          ? ('team' as const)
          : ('person' as const),
    personName: person === null ? null : firstName(person.name),
    personAsked: ticket !== null && isActive(ticket.status) && ticket.waitingSince !== undefined,
    isEnded: isChatEnded(head),
    lastSequence,
    readThrough,
    seenThrough,
    rates: rated && {
      name: firstName(rated.name),
      sequence: ticket!.resolveSequence!,
      at: ticket!.resolvedAt ?? 0,
    },
    // A draft of somebody who does not hold is none of the customer's business.
    typing: marks.flatMap(({ who, memberId, name, until }): Typing[] => {
      if (who === 'agent') return [{ who, name: agentName, until }];
      const holds = who === 'operator' && memberId === control.operatorId;
      return holds ? [{ who, name: firstName(name), until }] : [];
    }),
  };
}

export const vCustomerEntry = v.object({
  _id: v.id('entries'),
  sequence: v.number(),
  /** `copied`: of their side, by somebody in copy. */
  from: v.union(
    v.literal('customer'),
    v.literal('copied'),
    v.literal('agent'),
    v.literal('operator'),
    v.literal('system'),
  ),
  name: v.string(),
  text: v.string(),
  at: v.number(),
  clientMessageId: v.union(v.string(), v.null()),
  /** Titles of the articles an answer was drawn from. */
  sources: v.array(v.string()),
  attachments: v.array(vShownFile),
  /** Which of the fixed texts the system said: a person joining looks unlike a wait (M8). */
  systemText: v.union(vSystemText, v.null()),
  /** Whom that is about; null: nobody, or it is not known. */
  saidOf: v.union(v.string(), v.null()),
  /** Not for this browser: by which channel it went. Its text only says so, in English. */
  elsewhere: v.union(v.literal('email'), v.literal('telegram'), v.literal('whatsapp'), v.null()),
});

/** What may be for everyone, newest first. */
const entriesFor = (ctx: Reader, conversationId: Id<'conversations'>) =>
  ctx.db
    .query('entries')
    .withIndex('by_conversationId_and_audience_and_sequence', (q) =>
      q.eq('conversationId', conversationId).eq('audience', 'everyone'),
    )
    .order('desc');

const isShown = ({ kind, neverSent, isForeign }: Doc<'entries'>) =>
  kind === 'message' && !neverSent && !isForeign;

/** [M8] Of a mail thread: said with the next real mail, which may never leave. To a browser that reads none of them it is no answer. */
const goesWithMail = ({ author, channel }: Doc<'entries'>) => author.kind === 'system' && channel === 'email';

/** Newest first. */
export async function viewEntries(
  ctx: Reader,
  conversationId: Id<'conversations'>,
  /** The address this browser has proven. */
  provenEmail: string | undefined,
  paginationOpts: PaginationOptions,
): Promise<PaginationResult<Infer<typeof vCustomerEntry>>> {
  const result = await entriesFor(ctx, conversationId).paginate(pageOf(paginationOpts));
  const nameOf = authorNames(ctx);
  const mayRead = mailReader(ctx, conversationId, provenEmail);
  const shown = result.page.filter(isShown);
  const page = await Promise.all(
    shown.map(async (entry) => {
      const { _id, sequence, author, at, clientMessageId, articleIds = [], systemText, saidOf } = entry;
      const isHidden = isElsewhere(entry) || (entry.channel === 'email' && !(await mayRead(entry)));
      if (isHidden && goesWithMail(entry)) return [];
      const isCopied = !isHidden && entry.writtenBy !== undefined;
      // Who reads along is told as little as what they wrote.
      const name = await nameOf(isHidden ? { author } : entry);
      const articles = await Promise.all(articleIds.map((id) => ctx.db.get(id)));
      const seen = {
        _id,
        sequence,
        from: isCopied ? ('copied' as const) : author.kind,
        name: shownName(author, name),
        text: isHidden ? elsewhereOnly(entry) : (entry.text ?? ''),
        at,
        clientMessageId: author.kind === 'customer' ? (clientMessageId ?? null) : null,
        sources: articles.flatMap((article) => article?.title ?? []),
        attachments: isHidden ? [] : await attachmentsOf(ctx, entry),
        systemText: systemText ?? null,
        saidOf: saidOf ?? null,
        elsewhere: isHidden ? wayOf(entry) : null,
      };
      return [seen];
    }),
  );
  return { ...result, page: page.flat() };
}

const wayOf = ({ channel }: Doc<'entries'>) =>
  channel === 'telegram' || channel === 'whatsapp' ? channel : ('email' as const);
const ways = { email: 'by email', telegram: 'on Telegram', whatsapp: 'on WhatsApp' };

/** In place of what this browser may not read. */
function elsewhereOnly(entry: Doc<'entries'>): string {
  const { author } = entry;
  const where = ways[wayOf(entry)];
  return author.kind === 'customer' ? `Written ${where}.` : `Answered ${where}.`;
}

/** [M9] What went by a messenger is its owner's to read there: no page proves that it is theirs. */
const isElsewhere = ({ channel, author }: Doc<'entries'>): boolean =>
  author.kind !== 'system' && (channel === 'telegram' || channel === 'whatsapp');

/** [M9] What went by mail is for those who read that mailbox: whoever types an address into a chat sees none of it. */
function mailReader(ctx: Reader, conversationId: Id<'conversations'>, provenEmail: string | undefined) {
  let known: Promise<Map<Id<'channels'>, string>> | undefined;
  const readAddresses = async () => {
    const threads = await listThreads(ctx, conversationId);
    return new Map(threads.map(({ channelId, to }) => [channelId, to]));
  };
  return async ({ channelId }: Doc<'entries'>): Promise<boolean> => {
    if (provenEmail === undefined || channelId === undefined) return false;
    known ??= readAddresses();
    return (await known).get(channelId) === provenEmail;
  };
}
