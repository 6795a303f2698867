/** What the team sees of a customer as a person: by what they are known, who else they may be, what they came with (docs/rules.md M9, E5). */
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { vChannelKind } from '../../shared/conversation/channels';
import { vIdentityKind, vIdentityProof } from '../../shared/customer/identities';
import { foundWords, holdsWord } from '../../shared/search/words';
import { normalizeEmail } from '../../shared/kit/emails';
import { vTicketStatus } from '../../shared/tickets/tickets';
import {
  emailOf,
  findIdentity,
  findRecords,
  listAllIdentities,
  listIdentities,
} from '../conversation/identities';
import { allOf, calledBy, calledOf, personName, personOf } from '../conversation/persons';
import { findPeople } from '../search/scope';
import { pairOf } from './merging';

type Reader = Pick<QueryCtx, 'db'>;
type Customer = Doc<'customers'>;

const vName = v.union(v.string(), v.null());

const vIdentity = v.object({
  kind: vIdentityKind,
  value: v.string(),
  /** Claimed, verified, or vouched for by the provider. */
  proof: vIdentityProof,
  /** Why what is sent there does not arrive. */
  unreachable: vName,
  /** Of an id that an agent's platform gave: whose. */
  agentName: vName,
});

export const vPerson = v.object({
  /** Whom all of them are shown as. */
  customerId: v.id('customers'),
  name: vName,
  parts: v.array(
    v.object({
      customerId: v.id('customers'),
      /** What it is called alone: whoever it is separated from. */
      name: v.string(),
      identities: v.array(vIdentity),
      /** When they first came. */
      since: v.number(),
      /** By whom and when they were said to be this person; null: nobody has. */
      merged: v.union(v.object({ byName: v.string(), at: v.number() }), v.null()),
    }),
  ),
  /** There are more than are shown. */
  hasMore: v.boolean(),
  /** Who has proven an address that one of these only claims. */
  suggestions: v.array(v.object({ customerId: v.id('customers'), name: v.string(), address: v.string() })),
});

/** More than one person is ever suggested to be. */
const mostSuggested = 3;

export async function readPerson(ctx: Reader, customer: Customer): Promise<Infer<typeof vPerson>> {
  const { all, isCut: hasMore } = await withRecords(ctx, await allOf(ctx, customer));
  const parts = await Promise.all(all.map((part) => showPart(ctx, part)));
  const known = new Set(all.map(({ _id }) => _id));
  const suggestions = new Map<Id<'customers'>, Infer<typeof vPerson>['suggestions'][number]>();
  for (const { kind, value, proof } of parts.flatMap(({ identities }) => identities)) {
    if (kind !== 'email' || proof !== 'claimed' || suggestions.size === mostSuggested) continue;
    const owner = await findIdentity(ctx, { teamId: customer.teamId, kind, scope: '', value });
    if (owner === null || known.has(owner.customerId)) continue;
    const person = await personOf(ctx, (await ctx.db.get(owner.customerId))!);
    const name = await personName(ctx, person);
    suggestions.set(person._id, { customerId: person._id, name, address: value });
  }
  const { name, isNamed } = await calledBy(ctx, all[0]!);
  return {
    customerId: all[0]!._id,
    name: isNamed ? name : null,
    parts,
    hasMore,
    suggestions: [...suggestions.values()],
  };
}

/** [E3] That are looked through as one person: each with twenty identities, and with a page of conversations. */
const mostParts = 40;

/** With those of whom a signed token says that they are the same: talks that were begun before it did. `isCut`: there are others. */
async function withRecords(ctx: Reader, all: Customer[]): Promise<{ all: Customer[]; isCut: boolean }> {
  const known = new Map(all.map((each) => [each._id, each]));
  for (const part of all) {
    for (const { teamId, scope, value: userId } of await listIdentities(ctx, part._id, 'user')) {
      const of = { teamId, channelId: scope as Id<'channels'>, userId };
      for (const { customerId } of await findRecords(ctx, of)) {
        if (known.has(customerId)) continue;
        if (known.size === mostParts) return { all: [...known.values()], isCut: true };
        known.set(customerId, (await ctx.db.get(customerId))!);
      }
    }
  }
  return { all: [...known.values()], isCut: false };
}

async function showPart(ctx: Reader, part: Customer): Promise<Infer<typeof vPerson>['parts'][number]> {
  const { _id: customerId, _creationTime: since, mergedBy, mergedAt } = part;
  const { name } = await calledOf(ctx, [part]);
  const by = mergedBy === undefined ? null : await ctx.db.get(mergedBy);
  const identities = await Promise.all(
    (await listAllIdentities(ctx, customerId)).map(
      async ({ kind, value, proof, scope, unreachable = null }) => {
        const agentId = kind === 'external' ? ctx.db.normalizeId('agents', scope) : null;
        const agentName = agentId === null ? null : ((await ctx.db.get(agentId))?.name ?? null);
        return { kind, value, proof, unreachable, agentName };
      },
    ),
  );
  const merged = mergedAt === undefined ? null : { byName: by?.name ?? '', at: mergedAt };
  return { customerId, name, identities, since, merged };
}

const vPast = v.object({
  conversationId: v.id('conversations'),
  subject: v.string(),
  /** It began there. */
  channel: vChannelKind,
  startedAt: v.number(),
  /** The newest first. Empty: no person was ever needed. */
  tickets: v.array(v.object({ number: v.number(), status: vTicketStatus })),
});
export const vPastConversations = v.object({
  conversations: v.array(vPast),
  hasMore: v.boolean(),
  /** They came as more customers than are looked through. */
  isCut: v.boolean(),
});

/** Of one conversation. */
const mostTickets = 5;

/** The newest of a person's, on whatever channel and as whomever they came. */
export async function listConversations(
  ctx: Reader,
  customer: Customer,
  most: number,
): Promise<Infer<typeof vPastConversations>> {
  const { all, isCut } = await withRecords(ctx, await allOf(ctx, customer));
  const ofEach = await Promise.all(
    all.map(({ _id }) =>
      ctx.db
        .query('conversations')
        .withIndex('by_customerId', (q) => q.eq('customerId', _id))
        .order('desc')
        .take(most + 1),
    ),
  );
  const newest = ofEach.flat().sort((a, b) => b._creationTime - a._creationTime);
  return {
    conversations: await Promise.all(newest.slice(0, most).map((each) => showPast(ctx, each))),
    hasMore: newest.length > most,
    isCut,
  };
}

async function showPast(
  ctx: Reader,
  { _id: conversationId, subject, channel, _creationTime: startedAt }: Doc<'conversations'>,
): Promise<Infer<typeof vPast>> {
  const tickets = await ctx.db
    .query('tickets')
    .withIndex('by_conversationId_and_openedAt', (q) => q.eq('conversationId', conversationId))
    .order('desc')
    .take(mostTickets);
  const shown = tickets.map(({ number, status }) => ({ number, status }));
  return { conversationId, subject, channel, startedAt, tickets: shown };
}

export const vFoundPerson = v.object({
  customerId: v.id('customers'),
  name: v.string(),
  address: vName,
});
const mostFound = 8;

/** Persons by a name, an address, a number or the number of a ticket; not the one that is looked at. */
export async function findOthers(
  ctx: Reader,
  customer: Customer,
  text: string,
): Promise<Infer<typeof vFoundPerson>[]> {
  const found = new Map<Id<'customers'>, Customer>();
  const me = await personOf(ctx, customer);
  for (const customerId of await meantBy(ctx, customer.teamId, text)) {
    const known = await ctx.db.get(customerId);
    if (known === null) continue;
    const person = await personOf(ctx, known);
    if (person._id !== me._id && found.size < mostFound) found.set(person._id, person);
  }
  return Promise.all(
    [...found.values()].map(async (person) => {
      const address = (await emailOf(ctx, person))?.address ?? (await knownAs(ctx, person));
      return { customerId: person._id, name: await personName(ctx, person), address };
    }),
  );
}

/** What tells two of one name apart where no address is known: their number, or the id that a messenger gives them. */
async function knownAs(ctx: Reader, { _id }: Customer): Promise<string | null> {
  const known = await listAllIdentities(ctx, _id);
  const phone = known.find(({ kind }) => kind === 'phone');
  if (phone) return `+${phone.value}`;
  return known.find(({ kind }) => kind === 'telegram' || kind === 'whatsapp')?.value ?? null;
}

async function meantBy(ctx: Reader, teamId: Id<'teams'>, text: string): Promise<Id<'customers'>[]> {
  const number = /^\s*#?(\d{1,9})\s*$/.exec(text)?.[1];
  const ticket =
    number === undefined
      ? null
      : await ctx.db
          .query('tickets')
          .withIndex('by_teamId_and_number', (q) => q.eq('teamId', teamId).eq('number', Number(number)))
          .unique();
  const value = normalizeEmail(text);
  const owner = await findIdentity(ctx, { teamId, kind: 'email', scope: '', value });
  const wanted = foundWords(dialled(text) ?? text);
  const { people: called } = await findPeople(ctx, teamId, wanted);
  const meant = called.filter(({ words }) => wanted.every((word) => holdsWord(words, word)));
  return [
    ...(ticket === null ? [] : [ticket.customerId]),
    ...(owner === null ? [] : [owner.customerId]),
    ...meant.map(({ customerId }) => customerId),
  ];
}

/** A telephone number as it is kept, however it is grouped. */
function dialled(text: string): string | null {
  const digits = text.replace(/\D/g, '');
  return /^[\s+()/.\-\d]+$/.test(text) && digits.length >= 5 ? digits : null;
}

const vSide = v.object({
  customerId: v.id('customers'),
  name: v.string(),
  identities: v.array(vIdentity),
  conversations: v.number(),
  /** There are more than are counted. */
  isMore: v.boolean(),
});
export const vMergePreview = v.object({
  /** Whom both will be shown as, and who is shown as them. */
  into: vSide,
  from: vSide,
});

const mostCounted = 100;

/** What a merge would do. Throws where it cannot be. */
export async function previewMerge(
  ctx: Reader,
  customer: Customer,
  other: Customer,
): Promise<Infer<typeof vMergePreview>> {
  const { into, from } = await pairOf(ctx, customer, other);
  return { into: await showSide(ctx, into), from: await showSide(ctx, from) };
}

async function showSide(ctx: Reader, person: Customer): Promise<Infer<typeof vSide>> {
  const { parts } = await readPerson(ctx, person);
  let count = 0;
  for (const { customerId } of parts) {
    const some = await ctx.db
      .query('conversations')
      .withIndex('by_customerId', (q) => q.eq('customerId', customerId))
      .take(mostCounted + 1 - count);
    count += some.length;
  }
  return {
    customerId: person._id,
    name: await personName(ctx, person),
    identities: parts.flatMap(({ identities }) => identities),
    conversations: Math.min(count, mostCounted),
    isMore: count > mostCounted,
  };
}
