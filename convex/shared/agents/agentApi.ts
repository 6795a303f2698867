/**
 * What crosses the wire of /api/v1 (docs/rules.md P1, E2): the only source of request checks, response types and the
 * OpenAPI document. Instants are ISO 8601 in UTC; sequences count a conversation's entries from 1.
 */
import { z } from 'zod';
import type {} from 'zod-openapi';
import { maxTextLength } from '../kit/limits';
import { maxFieldName, maxFields } from '../customer/fields';
import { isEmail } from '../kit/emails';
import { hidesCharacters, mixesScripts } from '../kit/lookalikes';
import { isLonger, isVisible } from '../kit/text';
import { priorities, ticketStatuses } from '../tickets/tickets';
import { attributeName, mostAttributes } from './attributes';
import { problemCodes } from '../kit/problemCodes';

const zInstant = z.iso.datetime().meta({ examples: ['2026-11-22T09:30:00.000Z'] });
const zSequence = z.int().min(0);
const zExternalId = z.string().trim().min(1).max(200);
const zText = z.string().min(1).max(maxTextLength).refine(isVisible, 'must not be blank');
const zFieldName = z
  .string()
  .min(1)
  .refine((name) => !isLonger(name, maxFieldName), `has at most ${maxFieldName} characters`)
  .meta({ maxLength: maxFieldName });
const zName = z
  .string()
  .trim()
  .max(200)
  .refine(isVisible, 'must not be blank')
  .refine((name) => !hidesCharacters(name), 'must not have hidden characters')
  .refine((name) => !mixesScripts(name), 'must not mix scripts within a word');
const zSubject = z
  .string()
  .trim()
  .max(300)
  .refine((text) => text === '' || isVisible(text), 'must not be blank')
  .refine((text) => !hidesCharacters(text), 'must not have hidden characters');
const zClientMessageId = z
  .string()
  .min(1)
  .max(100)
  .describe('Your id for this message: sending it again changes nothing and gives the first answer.');

const zAttributes = z
  .record(
    z.string().max(mostAttributes.name).regex(attributeName),
    z.union([z.string().trim().max(mostAttributes.text), z.number(), z.boolean(), z.null()]),
  )
  .refine((said) => Object.keys(said).length <= mostAttributes.count, {
    message: `must have at most ${mostAttributes.count} names`,
  })
  .describe(
    'What you know of it, for people who look on: small letters, digits and `_` name it, null takes it back. `order_value`, a number, says what is at stake.',
  )
  .meta({ id: 'Attributes' });

export const zControl = z
  .object({
    holder: z.enum(['agent', 'operator']).describe('Who may speak to the customer now.'),
    epoch: z.int().describe('Fencing token: adds 1 at each change. Send it back with what you write.'),
    since: zInstant,
  })
  .meta({ id: 'Control' });

const zFieldValue = z.union([z.string(), z.number()]);
const zField = z.object({ name: z.string(), value: zFieldValue }).meta({ id: 'Field' });
const zFilledField = z
  .strictObject({ name: zFieldName, value: zFieldValue.nullable() })
  .meta({ id: 'FilledField' });

export const zTicket = z
  .object({
    number: z.int(),
    conversationId: z.string(),
    status: z.enum(ticketStatuses),
    priority: z.enum(priorities),
    tags: z.array(z.string()),
    reason: z.enum([
      'customerAsked',
      'rule',
      'noAnswer',
      'notSolved',
      'agentAsked',
      'agentFailed',
      'takenOver',
      'outsider',
    ]),
    rule: z.string().nullable().describe('Name of the handover rule that matched.'),
    isAssigned: z.boolean(),
    openedAt: zInstant,
    resolvedAt: zInstant.nullable(),
  })
  .meta({ id: 'Ticket' });

export const zConversation = z
  .object({
    id: z.string(),
    externalId: z.string().nullable(),
    subject: z.string(),
    customer: z.object({
      externalId: z.string().nullable(),
      name: z.string().nullable(),
      email: z.string().nullable(),
      fields: z
        .array(zField)
        .describe('What the team keeps of the customer, by the names of its fields; a day is `2026-11-28`.'),
    }),
    control: zControl,
    lastSequence: zSequence.describe('Sequence of the newest entry.'),
    answeredThrough: zSequence.describe('Customer messages up to here need no answer any more.'),
    mustAnswer: z.boolean().describe('You hold control and the customer waits for you.'),
    ticket: zTicket.nullable().describe('The active ticket.'),
    createdAt: zInstant,
  })
  .meta({ id: 'Conversation' });

const zAttachment = z
  .object({
    name: z.string(),
    type: z.string().describe('By its first bytes; `application/octet-stream` where they tell nothing.'),
    size: z.int().describe('In bytes.'),
    url: z.string().describe('Whoever has it may read the file: hand it to nobody but your customer.'),
  })
  .meta({ id: 'Attachment' });

const zMessage = z
  .object({
    kind: z.literal('message'),
    id: z.string().describe('Names the message in a receipt.'),
    sequence: zSequence,
    at: zInstant,
    from: z.enum(['customer', 'agent', 'operator', 'system']),
    name: z.string(),
    channel: z
      .enum(['web', 'email', 'whatsapp', 'telegram', 'api'])
      .nullable()
      .describe(
        'By which it was said; null in messages of long ago. What went by mail is for that mailbox alone.',
      ),
    text: z.string().describe('Empty where files say it all.'),
    attachments: z.array(zAttachment),
    clientMessageId: z.string().nullable(),
  })
  .meta({ id: 'Message' });

const zTakenOver = z
  .object({
    kind: z.literal('takenOver').describe('From here on a person speaks.'),
    sequence: zSequence,
    at: zInstant,
    epoch: z.int(),
    by: z.string(),
  })
  .meta({ id: 'TakenOver' });

const zHandedBack = z
  .object({
    kind: z.literal('handedBack').describe('A boundary: what was asked before it is settled.'),
    sequence: zSequence,
    at: zInstant,
    epoch: z.int(),
    outcome: z.enum(['resolved', 'closed', 'returned']),
    startedAt: zInstant,
    people: z.array(z.string()),
    agentShouldKnow: z.string().nullable(),
    promised: z.string().nullable(),
  })
  .meta({ id: 'HandedBack' });

export const zEntry = z.discriminatedUnion('kind', [zMessage, zTakenOver, zHandedBack]).meta({ id: 'Entry' });

export const zHealth = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });

export const zMe = z
  .object({
    agent: z.object({ id: z.string(), name: z.string() }),
    team: z.object({ name: z.string() }),
    key: z.object({ name: z.string(), prefix: z.string() }),
  })
  .meta({ id: 'Me' });

export const zStartConversation = z
  .strictObject({
    externalId: zExternalId.describe('Your id for this conversation. A known one is found, not made again.'),
    customer: z.strictObject({
      externalId: zExternalId.describe('Your id for this customer.'),
      name: zName.optional(),
      email: z.email({ abort: true }).max(320).refine(isEmail, 'must be what it looks like').optional(),
      fields: z
        .array(zFilledField)
        .max(maxFields)
        .optional()
        .describe('What you know of them, by the names of the fields the team keeps; null empties one.'),
    }),
    subject: zSubject.optional(),
    attributes: zAttributes.optional(),
  })
  .meta({ id: 'StartConversation' });

export const zCustomerMessage = z
  .strictObject({
    text: zText,
    clientMessageId: zClientMessageId.optional(),
    attributes: zAttributes.optional(),
  })
  .meta({ id: 'CustomerMessage' });

export const zReceived = z
  .object({ sequence: zSequence, control: zControl, mustAnswer: z.boolean() })
  .meta({ id: 'Received' });

export const zAnswer = z
  .strictObject({
    text: zText,
    epoch: z.int().describe('The control epoch you read before you began to think.'),
    seenThrough: zSequence.describe('Sequence of the last entry you have read.'),
    clientMessageId: zClientMessageId.optional(),
  })
  .meta({ id: 'Answer' });

const zAccepted = z.object({ outcome: z.literal('accepted'), sequence: zSequence }).meta({ id: 'Accepted' });

const zRefused = z
  .object({
    outcome: z.literal('refused'),
    code: z
      .enum(['STALE_EPOCH', 'SUPERSEDED'])
      .describe(
        'STALE_EPOCH: a person has taken over; your text is kept as a suppressed draft. SUPERSEDED: there is more to read; read on and answer again.',
      ),
    detail: z.string(),
    control: zControl,
    lastSequence: zSequence,
  })
  .meta({ id: 'Refused' });

export const zAnswered = z
  .discriminatedUnion('outcome', [zAccepted, zRefused])
  .meta({ id: 'Answered', description: 'Show your answer to your customer only when it was accepted.' });

const zLine = (most: number) => z.string().min(1).max(most).refine(isVisible, 'must not be blank');

const zBrief = z
  .strictObject({
    asked: zLine(2_000),
    facts: z.array(z.strictObject({ text: zLine(500), sequence: z.int().min(1) })).max(50),
    tried: z.array(zLine(500)).max(50),
    blockedBy: z.string().max(500).optional(),
    suggested: z.string().max(2_000).optional(),
  })
  .meta({ id: 'Brief' });

export const zHandover = z
  .strictObject({
    reason: z.enum(['agentAsked', 'customerAsked', 'noAnswer']).default('agentAsked'),
    reported: z
      .array(z.string().trim().min(1).max(100))
      .max(20)
      .default([])
      .describe(
        'Conditions for the handover rules of this agent, such as `refundTooLate` or `toolNeedsApproval`.',
      ),
    confidence: z.number().min(0).max(1).optional().describe('How sure you are of your best answer.'),
    brief: zBrief.optional(),
    priority: z.enum(priorities).optional().describe('Over what a rule says.'),
    tags: z.array(z.string().trim().max(50).refine(isVisible, 'must not be blank')).max(20).default([]),
    farewell: z
      .strictObject({
        text: zText.optional().describe("Without it the matching rule's text, or a default."),
        epoch: z.int(),
        seenThrough: zSequence,
        clientMessageId: zClientMessageId.optional(),
      })
      .optional()
      .describe(
        'What you say to the customer about it, as your answer. Without it Baton says a fixed line itself.',
      ),
  })
  .meta({ id: 'Handover' });

export const zHandedOver = z
  .discriminatedUnion('outcome', [
    z
      .object({
        outcome: z.literal('handedOver'),
        how: z.enum(['opened', 'reopened', 'added']),
        ticket: zTicket,
        rule: z.string().nullable(),
        farewell: zAnswered.nullable(),
      })
      .meta({ id: 'HandoverDone' }),
    z
      .object({ outcome: z.literal('declined'), rule: z.string() })
      .meta({ id: 'HandoverDeclined', description: 'A rule says never to hand this over.' }),
  ])
  .meta({ id: 'HandoverOutcome' });

export const zReceipt = z
  .strictObject({
    state: z
      .enum(['sent', 'delivered', 'read', 'failed'])
      .describe('What became of it on your platform. It never goes backwards.'),
    failure: z
      .string()
      .max(500)
      .refine(isVisible, 'must not be blank')
      .optional()
      .describe('Why it failed; operators read it.'),
  })
  .meta({ id: 'Receipt' });

export const zReceiptNoted = z
  .object({
    state: z
      .enum(['held', 'queued', 'claimed', 'sent', 'delivered', 'read', 'failed', 'unknown', 'cancelled'])
      .describe('Where the message stands now.'),
  })
  .meta({ id: 'ReceiptNoted' });

export const zTyping = z.strictObject({ isTyping: z.boolean().default(true) }).meta({ id: 'Typing' });

export const zConversationPath = z.object({ conversationId: z.string().min(1).max(100) });
export const zMessagePath = zConversationPath.extend({ messageId: z.string().min(1).max(100) });
export const zTicketPath = z.object({ number: z.coerce.number().int().min(1) });

const zLimit = z.coerce.number().int().min(1).max(200).default(50);
export const zEntriesQuery = z.strictObject({
  after: z.coerce.number().int().min(0).optional().describe('Only entries after this sequence.'),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .describe('`nextCursor` of the page before.'),
  limit: zLimit,
});
export const zPageQuery = z.strictObject({
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .describe('`nextCursor` of the page before.'),
  limit: zLimit,
});

export const zConversationsQuery = z.strictObject({
  mustAnswer: z.literal('true').describe('Those in which the customer waits for your answer.'),
  cursor: z
    .string()
    .regex(/^\d{1,15}-\d{1,15}(?:\.\d{1,10})?$/)
    .optional()
    .describe('`nextCursor` of the page before.'),
  limit: zLimit,
});

const zNextCursor = z.string().nullable().describe('Null on the last page.');
export const zEntryPage = z
  .object({
    entries: z.array(zEntry),
    control: zControl,
    lastSequence: zSequence,
    mustAnswer: z.boolean().describe('You hold control and the customer waits for you.'),
    nextCursor: zNextCursor,
  })
  .meta({ id: 'EntryPage' });
export const zConversationPage = z
  .object({ conversations: z.array(zConversation), nextCursor: zNextCursor })
  .meta({ id: 'ConversationPage' });
export const zTicketPage = z
  .object({ tickets: z.array(zTicket), nextCursor: zNextCursor })
  .meta({ id: 'TicketPage' });

export const zProblem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(problemCodes),
    detail: z.string(),
    faults: z.array(z.object({ at: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457. `code` is stable, texts are not.' });
