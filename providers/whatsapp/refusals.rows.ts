/**
 * What the real one refuses, one row each, with where that is known from. The server answers with these rows (refusals.ts), and a
 * test walks them: it does what provokes each. How a row is known: the `documented` answer, one `reported` by its users, or a
 * documented limit with an `assumed` answer. Nothing of ours may hang on the wording of a message.
 */
import type { WhatsappOptions } from './options.ts';

export interface Provocation {
  /** `messages`, `media`, `read` a medium, `templates`. */
  at: 'messages' | 'media' | 'read' | 'templates';
  token?: 'wrong' | 'none';
  /** Of a send: what differs from a proper one; null leaves a field out. */
  body?: Record<string, unknown>;
  /** Of an upload. */
  upload?: { type: string; bytes: number };
  /** The person wrote so long ago; never, when null. */
  wroteMsAgo?: number | null;
  /** Who is written to has no WhatsApp. */
  isNotThere?: true;
  mediaId?: string;
}

export interface Refusal {
  status: number;
  code: number;
  subcode?: number;
  /** Without its `(#code)`. What is in braces is filled in. */
  message: string;
  details: string;
  /** The last of these is refused. */
  provokedBy: Provocation[];
  options?: WhatsappOptions;
  known: 'documented' | 'reported' | 'assumed';
  source: string;
}

const docs = 'https://developers.facebook.com/documentation/business-messaging/whatsapp';
const codes = `${docs}/support/error-codes`;
const send = (body: Record<string, unknown> = {}, more: Partial<Provocation> = {}): Provocation => ({
  at: 'messages',
  body,
  ...more,
});
const template = (name: string, parameters: object[] = []) =>
  send({
    type: 'template',
    text: null,
    template: { name, language: { code: 'en' }, components: [{ type: 'body', parameters }] },
  });
const hourMs = 3_600_000;

export const refusals = {
  wrongToken: {
    status: 401,
    code: 190,
    message: 'Invalid OAuth access token - Cannot parse access token',
    details: 'The access token is not valid.',
    provokedBy: [send({}, { token: 'wrong' })],
    known: 'documented',
    source: `${codes}: 190, 401; https://developers.facebook.com/docs/graph-api/guides/error-handling`,
  },
  noToken: {
    status: 401,
    code: 190,
    message: 'An access token is required to request this resource.',
    details: 'No access token was given.',
    provokedBy: [send({}, { token: 'none' })],
    known: 'reported',
    source: 'https://developers.facebook.com/docs/graph-api/guides/error-handling',
  },
  unknownObject: {
    status: 400,
    code: 100,
    subcode: 33,
    message:
      "Unsupported request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation.",
    details: 'There is no such object, or the token may not see it.',
    provokedBy: [{ at: 'read', mediaId: '42' }],
    known: 'documented',
    source: `${docs}/business-phone-numbers/media: a medium that is gone; https://developers.facebook.com/docs/graph-api/guides/error-handling: 100, subcode 33`,
  },
  notWhatsapp: {
    status: 400,
    code: 100,
    message: 'The parameter messaging_product is required.',
    details: 'messaging_product must be whatsapp.',
    provokedBy: [send({ messaging_product: null })],
    known: 'documented',
    source: `${codes}: 100, invalid parameter`,
  },
  noRecipient: {
    status: 400,
    code: 131008,
    message: 'Required parameter is missing',
    details: 'One of to or recipient is required.',
    provokedBy: [send({ to: null })],
    known: 'documented',
    source: `${codes}: 131008`,
  },
  wrongValue: {
    status: 400,
    code: 131009,
    message: 'Parameter value is not valid',
    details: '{field}: {why}',
    provokedBy: [send({ text: { body: 'x'.repeat(4_097) } })],
    known: 'documented',
    source: `${codes}: 131009; ${docs}/messages/text-messages: 4096 characters`,
  },
  unsupportedType: {
    status: 400,
    code: 131051,
    message: 'Unsupported message type',
    details: 'Message type {type} is not supported.',
    provokedBy: [send({ type: 'hologram' })],
    known: 'documented',
    source: `${codes}: 131051`,
  },
  windowClosed: {
    status: 400,
    code: 131047,
    message: 'Re-engagement message',
    details:
      'Message failed to send because more than 24 hours have passed since the customer last replied to this number.',
    provokedBy: [send({}, { wroteMsAgo: 24 * hourMs + 1_000 })],
    options: { tells: 'atOnce' },
    known: 'documented',
    source: `${codes}: 131047, more than 24 hours since the customer last replied`,
  },
  notOnWhatsapp: {
    status: 400,
    code: 131026,
    message: 'Message undeliverable',
    details: 'Unable to deliver message: the recipient is not on WhatsApp, or their version is too old.',
    provokedBy: [send({}, { isNotThere: true })],
    options: { tells: 'atOnce' },
    known: 'documented',
    source: `${codes}: 131026`,
  },
  ownNumber: {
    status: 400,
    code: 131021,
    message: 'Recipient cannot be sender',
    details: 'Sender and recipient phone number is the same.',
    provokedBy: [send({ to: '15550783881' })],
    known: 'documented',
    source: `${codes}: 131021`,
  },
  pairLimit: {
    status: 400,
    code: 131056,
    message: '(Business Account, Consumer Account) pair rate limit hit',
    details: 'Too many messages sent from this number to the same recipient in a short time.',
    provokedBy: [send(), send(), send()],
    options: { pairBurst: 2 },
    known: 'documented',
    source: `${codes}: 131056; ${docs}/throughput: one message every 6 seconds to the same user, bursts of up to 45`,
  },
  noTemplate: {
    status: 404,
    code: 132001,
    message: 'Template name does not exist in the translation',
    details: 'template name ({name}) does not exist in {language}, or is not approved',
    provokedBy: [template('no_such_one')],
    known: 'documented',
    source: `${codes}: 132001, also of one that is not approved`,
  },
  pausedTemplate: {
    status: 400,
    code: 132015,
    message: 'Template is Paused',
    details: 'Template is paused due to low quality so it cannot be sent in a template message.',
    provokedBy: [template('spring_sale')],
    known: 'documented',
    source: `${codes}: 132015`,
  },
  wrongParameters: {
    status: 400,
    code: 132000,
    message: 'Number of parameters does not match the expected number of params',
    details:
      '{where}: number of localizable_params ({given}) does not match the expected number of params ({expected})',
    provokedBy: [template('reply_waiting')],
    known: 'documented',
    source: `${codes}: 132000`,
  },
  wrongMediaType: {
    status: 400,
    code: 100,
    message:
      'Param file must be a file with one of the following types: {types}. Received file of type {type}.',
    details: 'The type of the file is not supported.',
    provokedBy: [{ at: 'media', upload: { type: 'image/bmp', bytes: 10 } }],
    known: 'reported',
    source: `${docs}/business-phone-numbers/media: supported types`,
  },
  tooLarge: {
    status: 400,
    code: 131053,
    message: 'Media upload error',
    details: 'The file is larger than {most} bytes, the most for {type}.',
    provokedBy: [{ at: 'media', upload: { type: 'image/png', bytes: 5 * 1024 * 1024 + 1 } }],
    known: 'assumed',
    source: `${docs}/business-phone-numbers/media: 5 MB for images; ${codes}: 131053`,
  },
  mediaGone: {
    status: 400,
    code: 131053,
    message: 'Media upload error',
    details: 'The media {id} cannot be found, or has expired.',
    provokedBy: [send({ type: 'image', text: null, image: { id: '42' } })],
    known: 'assumed',
    source: `${codes}: 131053; ${docs}/business-phone-numbers/media: ids live 30 days`,
  },
} satisfies Record<string, Refusal>;
