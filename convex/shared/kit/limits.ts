/**
 * Every limit of the desk, in one table (docs/rules.md E4). What is asked for is counted against its own session, address,
 * channel, key or team, so a limit that one reaches never touches another. `functions.ts` and the routes name a row of it,
 * model/kit/requestWindows.ts counts, docs/operating.md prints it. Pure.
 */
const second = 1_000;
const minute = 60 * second;

export interface Limit {
  /** Whom it counts against. */
  of: 'address' | 'channel' | 'session' | 'key' | 'team' | 'sender' | 'mailbox';
  /** What is counted. */
  what: string;
  most: number;
  withinMs: number;
  /** Counted in so many rows by turns of chance, where one would be written by many calls at once. */
  parts?: number;
  /** What comes of what is over it, where that is no refusal. */
  over?: string;
}

const leftToPeople = 'stands in its thread, which says why; the agent is silent, and a person looks';

export const limits = {
  chatsOfAddress: { of: 'address', what: 'chats opened', most: 20, withinMs: 10 * minute },
  chatsOnChannel: { of: 'channel', what: 'chats opened', most: 600, withinMs: minute },
  // Asked for only when the two above are used up: whoever writes is let in past those who look.
  writersOfAddress: { of: 'address', what: 'chats begun by a message', most: 20, withinMs: 10 * minute },
  writersOnChannel: { of: 'channel', what: 'chats begun by a message', most: 600, withinMs: minute },
  tokensOfSession: { of: 'session', what: 'tokens fetched', most: 60, withinMs: minute },
  // Once a page, and again when somebody signs in; each costs two hashes.
  identitiesOfSession: { of: 'session', what: 'signed identities', most: 30, withinMs: minute },
  claimsOfSession: {
    of: 'session',
    what: 'claims of the page, talks gone back to',
    most: 30,
    withinMs: minute,
  },
  // More than a fast typist; less than a script.
  messagesOfSession: { of: 'session', what: 'messages', most: 60, withinMs: minute },
  signsOfSession: { of: 'session', what: 'typing and read marks, pages', most: 120, withinMs: minute },
  // Each is at most one file of 25 MB.
  uploadsOfSession: { of: 'session', what: 'addresses to upload to', most: 30, withinMs: 60 * minute },
  uploadsOfAddress: { of: 'address', what: 'addresses to upload to', most: 60, withinMs: 60 * minute },
  uploadsOnChannel: { of: 'channel', what: 'addresses to upload to', most: 600, withinMs: 60 * minute },
  filesOfSession: { of: 'session', what: 'files looked at', most: 40, withinMs: 10 * minute },
  asksOfSession: {
    of: 'session',
    what: 'wishes for a person, addresses left, chats ended',
    most: 20,
    withinMs: minute,
  },
  // Each may be a mail to an address that somebody only typed.
  transcriptsOfSession: { of: 'session', what: 'conversations mailed', most: 5, withinMs: 60 * minute },
  transcriptsToMailbox: { of: 'mailbox', what: 'conversations mailed', most: 5, withinMs: 24 * 60 * minute },
  transcriptsOnChannel: { of: 'channel', what: 'conversations mailed', most: 300, withinMs: 60 * minute },
  // More than one machine answers in that time: what a key does at once is bounded before it comes here.
  callsOfKey: { of: 'key', what: 'calls', most: 16_000, withinMs: 10 * second, parts: 16 },
  filesOfTeam: { of: 'team', what: 'files attached', most: 120, withinMs: minute },
  // Each asks the provider a few times, by the limit that all sends of the team share.
  checksOfTeam: { of: 'team', what: 'addresses checked', most: 20, withinMs: minute },
  mailsOfTeam: { of: 'team', what: 'mails unfolded or shown as HTML', most: 300, withinMs: minute },
  forwardsOfTeam: { of: 'team', what: 'mails passed on', most: 30, withinMs: minute },
  pushesOfTeam: { of: 'team', what: 'test notices, browsers turned on', most: 60, withinMs: minute },
  trialsOfTeam: { of: 'team', what: 'rules tried or rehearsed, articles saved', most: 60, withinMs: minute },
  // Nobody asks an agent more by mail. A program may answer every five minutes for days, hence the second.
  mailsOfSenderInHour: { of: 'sender', what: 'mails', most: 20, withinMs: 60 * minute, over: leftToPeople },
  mailsOfSenderInDay: {
    of: 'sender',
    what: 'mails',
    most: 60,
    withinMs: 24 * 60 * minute,
    over: leftToPeople,
  },
  // By a messenger: people write short lines, and nobody 120 of them an hour to an agent. An automatic reply does.
  chatMessagesInHour: {
    of: 'sender',
    what: 'messages by Telegram or WhatsApp',
    most: 120,
    withinMs: 60 * minute,
    over: leftToPeople,
  },
  chatMessagesInDay: {
    of: 'sender',
    what: 'messages by Telegram or WhatsApp',
    most: 480,
    withinMs: 24 * 60 * minute,
    over: leftToPeople,
  },
  chatSignsInHour: {
    of: 'sender',
    what: 'reactions, edits, withdrawals, blocks and starts by Telegram or WhatsApp',
    most: 120,
    withinMs: 60 * minute,
    over: 'Nothing is refused: how it is now is kept, without a line in the thread and without an answer.',
  },
} as const satisfies Record<string, Limit>;

/** Of a request over HTTP: larger than the longest message in any script, small enough to refuse floods early. */
export const maxBodyBytes = 128 * 1024;

/**
 * Of a call or a frame of somebody who is signed in: as long as the longest text that a field of the desk takes can be in bytes, so
 * that what is too long is refused in words, and all that a page looks at, when it comes back.
 */
export const maxCallBytes = 1024 * 1024;

/** Of all texts in the arguments of such a call: more than any field takes, whatever its characters are made of. */
export const maxArgsCharacters = 256 * 1024;

/**
 * Of what a mail provider tells: no body of a mail, but everybody it was sent to and the names of its files, who may be
 * thousands.
 */
export const maxEventBytes = 1024 * 1024;

/** Longest text one message may have, in characters. */
export const maxTextLength = 20_000;

export const maxFilesOfMessage = 10;

/** Of a file that goes with a message. */
export const maxFileBytes = 25 * 1024 * 1024;

/**
 * What every file that goes with a message is stored as, and nothing else is: a storage address that got out would still hand
 * out nothing a browser shows or runs, and the sweep of uploads knows them by it.
 */
export const storedType = 'application/vnd.baton.file';

/** What a mail is stored as, as it came: of another type than files are, for it is nobody's upload, and none a browser shows. */
export const rawMailType = 'application/vnd.baton.mail';

export type LimitName = keyof typeof limits;
