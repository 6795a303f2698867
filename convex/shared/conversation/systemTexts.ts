/** [C2, M8] The fixed words the system may say to a customer. It never answers. */
import type { Author, SystemText } from './entries';

const somebody = 'A person from the team';

export interface SystemTextFacts {
  /** The person's first name or full name as the team shows it. */
  name?: string | undefined;
  /** [H5] When the team is back, as a sentence without its stop. */
  back?: string | undefined;
}

export const systemTexts: Record<SystemText, (facts: SystemTextFacts) => string> = {
  personJoined: ({ name = somebody }) => `${name} joined the conversation.`,
  agentBack: ({ name = 'The assistant' }) => `${name} is back and answers from here.`,
  waiting: () => 'Your message is with the team. A person will answer as soon as possible.',
  handedOver: () => 'A person from the team will take a look. You can keep writing here meanwhile.',
  welcome: ({ name = 'The assistant' }) =>
    `Hello! Write your question here: ${name} answers, and you can ask for a person at any time.`,
  continuesHere: ({ name = 'The assistant' }) =>
    `Your conversation goes on here. ${name} knows what you wrote before, and you can ask for a person at any time.`,
  nobodyHere: ({ back = 'A person will answer when the team is back' }) =>
    `Nobody from the team is online right now. ${back}; you may leave your email address so that they can reach you.`,
};

interface Said {
  kind: string;
  channel?: string | undefined;
  author: Author;
  neverSent?: boolean | undefined;
  outside?: unknown;
  isTemplate?: boolean | undefined;
  systemText?: SystemText | undefined;
}

/** Where a message costs, or rings by itself. */
const costs = (channel: string | undefined) => channel === 'email' || channel === 'whatsapp';

/** [M8] There a line is no message of its own: it waits for the next real one. */
export const isToldWithNextMail = ({ kind, channel, author }: Said): boolean =>
  kind === 'message' && costs(channel) && author.kind === 'system';

/** [M8] By WhatsApp only these are told at all, and of several only the last: it alone is true by then. */
export const goesByWhatsapp = (entry: Said): boolean =>
  isToldWithNextMail(entry) &&
  entry.channel === 'whatsapp' &&
  (entry.systemText === 'personJoined' || entry.systemText === 'agentBack');

/**
 * [M8] An answer of ours takes along the lines before it on its channel. One that never arrived has told nobody, nor has one from
 * elsewhere, nor a template, which has no room for them.
 */
export const carriesLines = ({ kind, channel, author, neverSent, outside, isTemplate }: Said): boolean =>
  kind === 'message' &&
  costs(channel) &&
  (author.kind === 'agent' || author.kind === 'operator') &&
  neverSent !== true &&
  outside === undefined &&
  isTemplate !== true;
