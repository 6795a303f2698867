/** Refusals as sentences (docs/rules.md E1): one per code, exhaustively; message texts are never parsed. */
import { ConvexError } from 'convex/values';
import { type ErrorCode, errorCodes } from '../../convex/shared/kit/errorCodes';
import { windowClosed } from '../../convex/shared/whatsapp/window';
import { waitWords } from '../../convex/shared/kit/waitWords';

type Details = Record<string, unknown>;
const held = (details: Details) => String(details.holderName ?? details.name ?? 'Someone');

/** For whoever may connect one. */
export const noAddress = 'The team has no address yet that mail could leave by.';

const sentences: Record<ErrorCode, (details: Details) => string> = {
  NOT_FOUND: ({ files }) =>
    files === undefined
      ? 'There is nothing here that you can see.'
      : 'A file is no longer kept here: attach it again, or send without it.',
  NOT_SIGNED_IN: () => 'You are signed out. Sign in and try again.',
  NOT_ALLOWED: () => 'Your role does not allow this. Ask a manager or an owner.',
  INVALID_CREDENTIALS: () => 'Email or password is not right.',
  WRONG_PASSWORD: () => 'This is not your password.',
  SECOND_FACTOR_NEEDED: () => 'Give the code of your app, too.',
  SECOND_FACTOR_WRONG: () => 'This code is not right. Each works once: wait for the next one of your app.',
  LINK_INVALID: () => 'This link was used, replaced or has expired. Ask for a new one.',
  IDENTITY_REFUSED: () => 'This token does not say who the customer is.',
  INVALID_INPUT: (details) => String(details.message ?? 'Something in this form is not right.'),
  NO_MAIL_CHANNEL: () => `${noAddress} A manager connects one in the settings.`,
  NO_EMAIL_ADDRESS: () => 'There is no email address of this customer.',
  WINDOW_CLOSED: () => `${windowClosed} Choose one where you write.`,
  TAKE_OVER_FIRST: () => 'The agent is answering. Take over first.',
  CONTROL_HELD: (details) => `${held(details)} is answering this conversation.`,
  CONTROL_CHANGED: () => 'Someone else acted on this conversation first. Look again before you go on.',
  STALE_EPOCH: () => 'The conversation changed hands before this was sent. Nothing was sent.',
  SUPERSEDED: () => 'Someone wrote before this was sent. Nothing was sent.',
  THREAD_MOVED: () => 'There is something new in this conversation. Read it before you send.',
  ILLEGAL_TRANSITION: () => 'The ticket is not in a state that allows this.',
  ACTIVE_TICKET_EXISTS: (details) =>
    `Ticket #${String(details.number ?? '')} of this conversation is still open.`,
  TAG_EXISTS: ({ tag }) => `There is a tag ${String(tag)} already. Merge the two, or take another name.`,
  FIELD_CHANGED: (details) => `${held(details)} changed this field meanwhile.`,
  ALREADY_SET_UP: () => 'This desk is set up already. Sign in, or ask for an invitation.',
  SETUP_TOKEN_NEEDED: () =>
    'This link is not the one that was printed where the desk was started. Open the one that begins with “Set up:”.',
  TEAMS_NOT_ALLOWED: () => 'This desk does not take further teams. Ask its owner.',
  INVITATION_INVALID: () => 'This invitation was used, cancelled or has expired. Ask for a new one.',
  ALREADY_MEMBER: () => 'This person is in the team already.',
  LAST_OWNER: () => 'A team keeps at least one owner. Make someone else an owner first.',
  IDEMPOTENCY_KEY_REUSED: () => 'This request was sent before with other content.',
  RATE_LIMITED: ({ waitMs }) => `Too many tries. Try again ${waitWords(Number(waitMs))}.`,
  DESK_CLOSED: () => 'This desk is moving to another server. Reload in a few minutes.',
};

export function refusalOf(error: unknown): { code: ErrorCode; details: Details } | null {
  if (!(error instanceof ConvexError) || typeof error.data !== 'object' || error.data === null) return null;
  const details = error.data as Details;
  const code = errorCodes.find((each) => each === details.code);
  return code ? { code, details } : null;
}

export function sentenceFor(code: ErrorCode, details: Details = {}): string {
  return sentences[code](details);
}

/** What to tell the person: the refusal's sentence, or that nothing was changed. */
export function describeError(error: unknown): string {
  const refusal = refusalOf(error);
  if (refusal) return sentenceFor(refusal.code, refusal.details);
  return 'That did not work, and nothing was changed. Try again.';
}

/** Which of a message's files are not kept any more, by their places. */
export function filesNotKept(error: unknown): number[] {
  return (refusalOf(error)?.details.files ?? []) as number[];
}
