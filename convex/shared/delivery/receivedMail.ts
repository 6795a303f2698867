/** A mail that came in, as the job that read it hands it to the one transaction that takes it (docs/rules.md M3, M4, M5). */
import { type Infer, v } from 'convex/values';
import { mailFields, vPerson } from './mails';

const vCandidate = v.union(
  v.object({ by: v.literal('forward'), conversationId: v.string() }),
  v.object({ by: v.literal('address'), conversationId: v.string() }),
  v.object({ by: v.literal('ownId'), conversationId: v.string(), messageId: v.string() }),
  v.object({ by: v.literal('messageId'), id: v.string() }),
  v.object({ by: v.literal('subject'), ticketNumber: v.number() }),
);

export const vReceivedMail = v.object({
  providerId: v.string(),
  messageId: v.union(v.string(), v.null()),
  inReplyTo: v.array(v.string()),
  references: v.array(v.string()),
  /** Null: nobody who could be written back to. */
  from: v.union(vPerson, v.null()),
  /** Where it asks for answers, where that is not `from`: a claim. */
  answersTo: v.optional(v.string()),
  ...mailFields,
  /** Those of its recipients that are the desk's own. */
  ownAddresses: v.array(v.string()),
  /** What is new in it. */
  text: v.string(),
  /** In storage already, as attachments are kept (model/conversation/attachments.ts). */
  files: v.array(
    v.object({
      storageId: v.id('_storage'),
      name: v.string(),
      contentType: v.string(),
      contentId: v.optional(v.string()),
    }),
  ),
  dmarc: v.union(v.literal('pass'), v.literal('fail'), v.literal('none')),
  /** Why no person wrote it; null: somebody did. */
  automatic: v.union(v.object({ kind: v.string(), reason: v.string() }), v.null()),
  /** [C13] From one of the team's own addresses, and nothing else says that no person wrote it, nor that Baton sent it. */
  byTeam: v.optional(v.literal(true)),
  /** When the provider took it in. */
  receivedAt: v.optional(v.number()),
  /** Of a report: which of our mails did not arrive, or were complained about. */
  cameBack: v.array(
    v.object({
      recipient: v.union(v.string(), v.null()),
      how: v.union(v.literal('bounced'), v.literal('delayed'), v.literal('complained')),
      originalMessageIds: v.array(v.string()),
    }),
  ),
  /** To which conversation it may belong, most certain first. */
  candidates: v.array(vCandidate),
});
export type ReceivedMail = Infer<typeof vReceivedMail>;
export type MailCandidate = Infer<typeof vCandidate>;
