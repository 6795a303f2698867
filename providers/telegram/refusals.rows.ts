/**
 * What the real Bot API refuses, one row each, with where that is known from. The server answers with these rows (refusals.ts), and a
 * test walks them: it sends what provokes each.
 *
 * How a row is known: the `documented` answer, an answer `reported` by its users, the `source` of the open Bot API server
 * (github.com/tdlib/telegram-bot-api), or a documented limit with an `assumed` answer. Nothing of ours may hang on the wording of a
 * description but what `wordsThatCount` names.
 */
export interface Provocation {
  method: string;
  /** Whose token is in the address; the bot's unless told. */
  token?: 'wrong' | 'malformed';
  body?: Record<string, unknown>;
  /** Sent as a form, with a file of so many bytes in this field. */
  file?: { field: 'photo' | 'document'; bytes: number; sides?: [number, number] };
  /** What the person who is written to has done before. */
  person?: 'never' | 'blocked' | 'deactivated';
  /** So many times before this one. */
  after?: number;
}

export interface Refusal {
  code: number;
  /** What is in braces is filled in. */
  description: string;
  provokedBy: Provocation;
  known: 'documented' | 'reported' | 'source' | 'assumed';
  source: string;
}

const docs = 'https://core.telegram.org/bots/api';
const server = 'https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp';
const send = (body: Record<string, unknown>, more: Partial<Provocation> = {}): Provocation => ({
  method: 'sendMessage',
  body,
  ...more,
});

export const refusals = {
  wrongToken: {
    code: 401,
    description: 'Unauthorized',
    provokedBy: { method: 'getMe', token: 'wrong' },
    known: 'documented',
    source: `${docs}#authorizing-your-bot`,
  },
  noToken: {
    code: 404,
    description: 'Not Found',
    provokedBy: { method: 'getMe', token: 'malformed' },
    known: 'source',
    source: 'https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/ClientManager.cpp',
  },
  noMethod: {
    code: 404,
    description: 'Not Found: method not found',
    provokedBy: { method: 'sendNothing' },
    known: 'source',
    source: server,
  },
  emptyText: {
    code: 400,
    description: 'Bad Request: message text is empty',
    provokedBy: send({ text: '  ' }),
    known: 'source',
    source: server,
  },
  longText: {
    code: 400,
    description: 'Bad Request: message is too long',
    provokedBy: send({ text: 'x'.repeat(4_097) }),
    known: 'documented',
    source: `${docs}#sendmessage`,
  },
  longCaption: {
    code: 400,
    description: 'Bad Request: message caption is too long',
    provokedBy: {
      method: 'sendDocument',
      body: { caption: 'x'.repeat(1_025) },
      file: { field: 'document', bytes: 10 },
    },
    known: 'documented',
    source: `${docs}#senddocument`,
  },
  noChat: {
    code: 400,
    description: 'Bad Request: chat not found',
    provokedBy: send({ chat_id: 999_999, text: 'Hello' }),
    known: 'reported',
    source: 'https://github.com/python-telegram-bot/python-telegram-bot/issues/3180',
  },
  noThread: {
    code: 400,
    description: 'Bad Request: message thread not found',
    provokedBy: send({ text: 'Hello', message_thread_id: 99 }),
    known: 'source',
    source: server,
  },
  entities: {
    code: 400,
    description: "Bad Request: can't parse entities: {why}",
    provokedBy: send({ text: '<b>Hello', parse_mode: 'HTML' }),
    known: 'reported',
    source: 'https://github.com/python-telegram-bot/python-telegram-bot/wiki/Frequently-Asked-Questions',
  },
  pictureSides: {
    code: 400,
    description: 'Bad Request: PHOTO_INVALID_DIMENSIONS',
    provokedBy: { method: 'sendPhoto', file: { field: 'photo', bytes: 100, sides: [10_000, 100] } },
    known: 'documented',
    source: `${docs}#sendphoto`,
  },
  noFile: {
    code: 400,
    description: 'Bad Request: there is no {what} in the request',
    provokedBy: { method: 'sendPhoto', body: {} },
    known: 'source',
    source: server,
  },
  largePicture: {
    code: 400,
    description: 'Bad Request: file is too big',
    provokedBy: { method: 'sendPhoto', file: { field: 'photo', bytes: 10 * 1024 * 1024 + 1 } },
    known: 'documented',
    source: `${docs}#sending-files`,
  },
  largeFile: {
    code: 413,
    description: 'Request Entity Too Large',
    provokedBy: { method: 'sendDocument', file: { field: 'document', bytes: 50 * 1024 * 1024 + 1 } },
    known: 'reported',
    source: 'https://github.com/tdlib/telegram-bot-api/issues/82',
  },
  unknownFile: {
    code: 400,
    description: 'Bad Request: invalid file_id',
    provokedBy: { method: 'getFile', body: { file_id: 'nothing' } },
    known: 'source',
    source: server,
  },
  blocked: {
    code: 403,
    description: 'Forbidden: bot was blocked by the user',
    provokedBy: send({ text: 'Hello' }, { person: 'blocked' }),
    known: 'documented',
    source: 'https://core.telegram.org/api/errors#403-forbidden',
  },
  deactivated: {
    code: 403,
    description: 'Forbidden: user is deactivated',
    provokedBy: send({ text: 'Hello' }, { person: 'deactivated' }),
    known: 'reported',
    source: 'https://github.com/yagop/node-telegram-bot-api/issues/562',
  },
  cannotBegin: {
    code: 403,
    description: "Forbidden: bot can't initiate conversation with a user",
    provokedBy: send({ text: 'Hello' }, { person: 'never' }),
    known: 'documented',
    source: 'https://core.telegram.org/bots#how-are-bots-different-from-users',
  },
  tooFast: {
    code: 429,
    description: 'Too Many Requests: retry after {seconds}',
    provokedBy: send({ text: 'Hello' }, { after: 40 }),
    known: 'documented',
    source: 'https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this',
  },
  updatesByWebhook: {
    code: 409,
    description:
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    provokedBy: { method: 'getUpdates' },
    known: 'documented',
    source: `${docs}#getupdates`,
  },
  webhookScheme: {
    code: 400,
    description: 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook',
    provokedBy: { method: 'setWebhook', body: { url: 'http://shop.example/hook' } },
    known: 'documented',
    source: `${docs}#setwebhook`,
  },
  webhookPort: {
    code: 400,
    description: 'Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443',
    provokedBy: { method: 'setWebhook', body: { url: 'https://shop.example:3000/hook' } },
    known: 'documented',
    source: `${docs}#setwebhook`,
  },
  webhookSecret: {
    code: 400,
    description: 'Bad Request: secret token contains unallowed characters',
    provokedBy: { method: 'setWebhook', body: { url: 'https://shop.example/hook', secret_token: 'a b' } },
    known: 'documented',
    source: `${docs}#setwebhook`,
  },
} as const satisfies Record<string, Refusal>;

export type RefusalName = keyof typeof refusals;
