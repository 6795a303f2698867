/** [C9] What others said since somebody last read the thread, with names to show. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { isNewsFor } from '../../shared/control/control';
import { filesLine } from '../../shared/conversation/attachments';
import type { News } from '../../shared/conversation/door';
import { type Author, theTeam } from '../../shared/conversation/entries';
import { entriesSince, maxSince } from './entries';
import { firstName } from '../kit/names';
import { emailOf } from './identities';
import { personName } from './persons';

type Reader = Pick<QueryCtx, 'db'>;

/** As many as fit above a composer; `through` in the outcome covers the rest. */
const maxShown = 20;

/** Reads on in batches until there is news or the end, so that nothing hides behind a long stretch of one's own words. */
export async function newsFor(
  ctx: Reader,
  conversationId: Id<'conversations'>,
  memberId: Id<'members'>,
  sequence: number,
): Promise<Doc<'entries'>[]> {
  const since = await entriesSince(ctx, conversationId, sequence);
  const news = since.filter((entry) => isNewsFor(entry, memberId));
  if (news.length > 0 || since.length < maxSince) return news;
  return newsFor(ctx, conversationId, memberId, since.at(-1)!.sequence);
}

export async function showNews(ctx: Reader, entries: Doc<'entries'>[]): Promise<News[]> {
  const nameOf = namesForTeam(ctx);
  return Promise.all(
    entries.slice(0, maxShown).map(async (entry) => {
      const { sequence, at, kind, author, event, text = '', attachmentIds = [] } = entry;
      return {
        sequence,
        at,
        kind: kind === 'note' ? ('note' as const) : ('message' as const),
        author,
        authorName:
          event?.type === 'forwardAnswered' ? event.from.name || event.from.address : await nameOf(entry),
        text: text || filesLine(attachmentIds.length),
      };
    }),
  );
}

type CustomerName = (ctx: Reader, customer: Doc<'customers'> | null) => Promise<string>;

/** [M9] As the team calls them: customers that are one person have one name. */
export const namesForTeam = (ctx: Reader) => authorNames(ctx, personName);

/**
 * Names of those who wrote; each person is read once per list. A customer is called by what is their own: what else the team knows of
 * them is nothing that a customer's page, a mail or an agent may show.
 */
export function authorNames(
  ctx: Reader,
  customerNameOf: CustomerName = customerName,
): (of: { author: Author; writtenBy?: string }) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return ({ author, writtenBy }) => {
    if (writtenBy !== undefined) return Promise.resolve(writtenBy);
    const id = authorId(author);
    if (id === null) return Promise.resolve(author.kind === 'operator' ? theTeam : '');
    let name = known.get(id);
    if (name === undefined) known.set(id, (name = readName(ctx, id, customerNameOf)));
    return name;
  };
}

type PersonId = Id<'customers'> | Id<'agents'> | Id<'members'>;

function authorId(author: Author): PersonId | null {
  if (author.kind === 'customer') return author.customerId;
  if (author.kind === 'agent') return author.agentId;
  return author.kind === 'operator' ? (author.memberId ?? null) : null;
}

/** All that a customer, or an agent, learns of who wrote something. */
export function shownName(author: Author, name: string): string {
  return author.kind === 'operator' && author.memberId !== undefined ? firstName(name) : name;
}

async function readName(ctx: Reader, id: PersonId, customerNameOf: CustomerName): Promise<string> {
  const customerId = ctx.db.normalizeId('customers', id);
  if (customerId !== null) return customerNameOf(ctx, await ctx.db.get(customerId));
  const person = await ctx.db.get(id as Id<'members'>);
  return person?.name ?? '';
}

/** By what a customer is called where only their own is shown: their name, else where mail reaches them, else nothing. */
async function customerName(ctx: Reader, customer: Doc<'customers'> | null): Promise<string> {
  return customer?.name ?? (customer && (await emailOf(ctx, customer)))?.address ?? '';
}
