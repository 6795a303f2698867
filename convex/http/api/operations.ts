/**
 * Every operation of /api/v1 in one table: the router dispatches by it and the OpenAPI document is generated from it,
 * so neither can know more than the other (docs/rules.md P1).
 */
import type { FunctionReference } from 'convex/server';
import type { z } from 'zod';
import { internal } from '../../_generated/api';
import type { Doc } from '../../_generated/dataModel';
import type { ActionCtx } from '../../functions';
import * as schemas from '../../shared/agents/agentApi';
import { type HandoverFacts, judgeHandover } from '../../shared/agents/handoverJudging';

export const basePath = '/api/v1';

type Call = FunctionReference<
  'mutation',
  'internal',
  UnsafeArgs,
  { status: number; body: string; replayed: boolean } | { waitMs: number }
>;
interface UnsafeArgs extends Record<string, unknown> {
  keyHash: string;
  once: { scope: string; bodyHash: string } | null;
  input: string;
  conversationId: string;
}
type Read = FunctionReference<'query', 'internal', Record<string, unknown> & { keyHash: string }, unknown>;
type Fields = Record<string, unknown>;

interface Described {
  id: string;
  path: string;
  summary: string;
  description?: string;
  params?: z.ZodObject;
  responses: Record<number, { description: string; schema?: z.ZodType }>;
}

export interface UnsafeOperation extends Described {
  method: 'POST';
  body: z.ZodType;
  /** Work on the input that must not sit in the transaction; what it answers is the call's input. */
  prepare?: (
    ctx: ActionCtx,
    input: unknown,
    about: Prepared,
    params: Record<string, string>,
  ) => Promise<unknown>;
  call: Call;
}

interface Prepared {
  keyHash: string;
  conversationId: string;
}

export interface SafeOperation extends Described {
  method: 'GET';
  query?: z.ZodObject;
  read: Read;
  /** Path and query, parsed, to the function's arguments. */
  args?: (params: Fields, query: Fields) => Fields;
  /** What reading it does, and the body of what was read. */
  after?: (ctx: ActionCtx, read: unknown, about: Prepared) => Promise<unknown>;
}

export type Operation = UnsafeOperation | SafeOperation;

const { calls } = internal.http.api;
const number = (value: unknown) => (value === undefined ? undefined : Number(value));

export const operations: Operation[] = [
  {
    id: 'getMe',
    method: 'GET',
    path: '/me',
    summary: 'Whose key this is',
    responses: { 200: { description: 'The agent, its team and the key', schema: schemas.zMe } },
    read: calls.me as Read,
  },
  {
    id: 'startConversation',
    method: 'POST',
    path: '/conversations',
    summary: 'Start a conversation, or find it by your own id',
    body: schemas.zStartConversation,
    responses: {
      200: { description: 'It was known', schema: schemas.zConversation },
      201: { description: 'It was started', schema: schemas.zConversation },
    },
    call: calls.startConversation as Call,
  },
  {
    id: 'listConversations',
    method: 'GET',
    path: '/conversations',
    summary: 'Where a customer waits for your answer now, who waits longest first',
    query: schemas.zConversationsQuery,
    responses: { 200: { description: 'A page', schema: schemas.zConversationPage } },
    read: calls.listAwaited as Read,
    args: (_params, { cursor, limit }) => ({ cursor: cursor ?? null, limit }),
  },
  {
    id: 'getConversation',
    method: 'GET',
    path: '/conversations/{conversationId}',
    summary: 'A conversation with its control',
    params: schemas.zConversationPath,
    responses: { 200: { description: 'The conversation', schema: schemas.zConversation } },
    read: calls.getConversation as Read,
    args: ({ conversationId }) => ({ conversationId }),
  },
  {
    id: 'listEntries',
    method: 'GET',
    path: '/conversations/{conversationId}/entries',
    summary: 'What was said, oldest first, with the boundaries of human stretches',
    params: schemas.zConversationPath,
    query: schemas.zEntriesQuery,
    responses: { 200: { description: 'A page', schema: schemas.zEntryPage } },
    read: calls.listEntries as Read,
    args: ({ conversationId }, { after, cursor, limit }) => ({
      conversationId,
      after: number(cursor) ?? number(after) ?? 0,
      limit,
    }),
    after: async (ctx, read, about) => {
      const { page, fetchedThrough } = read as { page: unknown; fetchedThrough: number | null };
      if (fetchedThrough !== null)
        await ctx.runMutation(calls.noteFetched, { ...about, sequence: fetchedThrough });
      return page;
    },
  },
  {
    id: 'addCustomerMessage',
    method: 'POST',
    path: '/conversations/{conversationId}/customer-messages',
    summary: 'Append what the customer wrote',
    params: schemas.zConversationPath,
    body: schemas.zCustomerMessage,
    responses: { 201: { description: 'It stands in the thread', schema: schemas.zReceived } },
    call: calls.addCustomerMessage as Call,
  },
  {
    id: 'addAnswer',
    method: 'POST',
    path: '/conversations/{conversationId}/answers',
    summary: 'Answer the customer',
    description:
      'Show the answer to your customer only when the outcome is `accepted`. It is `refused` when a person has taken over (STALE_EPOCH) or when somebody has written since `seenThrough` (SUPERSEDED).',
    params: schemas.zConversationPath,
    body: schemas.zAnswer,
    responses: { 200: { description: 'Accepted or refused', schema: schemas.zAnswered } },
    call: calls.addAnswer as Call,
  },
  {
    id: 'addHandover',
    method: 'POST',
    path: '/conversations/{conversationId}/handovers',
    summary: 'Ask for a person',
    description:
      'Opens a ticket, reopens the resolved one, or adds the reason to the active one. Control does not change: keep answering until a person takes over.',
    params: schemas.zConversationPath,
    body: schemas.zHandover,
    responses: { 200: { description: 'Handed over, or declined by a rule', schema: schemas.zHandedOver } },
    prepare: async (ctx, input, about) => {
      const facts = (await ctx.runQuery(calls.handoverFacts, about)) as HandoverFacts<Doc<'handoverRules'>>;
      const handover = input as z.infer<typeof schemas.zHandover>;
      return { ...handover, judged: judgeHandover(handover, facts, Date.now()) };
    },
    call: calls.addHandover as Call,
  },
  {
    id: 'addReceipt',
    method: 'POST',
    path: '/conversations/{conversationId}/messages/{messageId}/receipt',
    summary: 'Say what became of a message that you bring to the customer',
    description: 'Of a message from an operator or the system. Saying it again changes nothing.',
    params: schemas.zMessagePath,
    body: schemas.zReceipt,
    responses: { 200: { description: 'Where the message stands now', schema: schemas.zReceiptNoted } },
    prepare: async (_ctx, input, _about, { messageId }) => ({
      ...(input as z.infer<typeof schemas.zReceipt>),
      messageId,
    }),
    call: calls.addReceipt as Call,
  },
  {
    id: 'showTyping',
    method: 'POST',
    path: '/conversations/{conversationId}/typing',
    summary: 'Show that you are typing, for six seconds',
    params: schemas.zConversationPath,
    body: schemas.zTyping,
    responses: { 204: { description: 'Shown' } },
    call: calls.showTyping as Call,
  },
  {
    id: 'listTickets',
    method: 'GET',
    path: '/tickets',
    summary: 'Your own tickets, newest first',
    query: schemas.zPageQuery,
    responses: { 200: { description: 'A page', schema: schemas.zTicketPage } },
    read: calls.listTickets as Read,
    args: (_params, { cursor, limit }) => ({ before: number(cursor) ?? null, limit }),
  },
  {
    id: 'getTicket',
    method: 'GET',
    path: '/tickets/{number}',
    summary: 'One of your own tickets',
    params: schemas.zTicketPath,
    responses: { 200: { description: 'The ticket', schema: schemas.zTicket } },
    read: calls.getTicket as Read,
    args: ({ number: ticketNumber }) => ({ number: ticketNumber }),
  },
];
