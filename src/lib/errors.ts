/** Refusals as sentences (docs/rules.md E1): one per code, exhaustively; message texts are never parsed. */
import { ConvexError } from 'convex/values';
import { type ErrorCode, errorCodes } from '../../convex/shared/kit/errorCodes';

type Details = Record<string, unknown>;
const held = (details: Details) => String(details.holderName ?? details.name ?? 'Someone');

const sentences: Record<ErrorCode, (details: Details) => string> = {
  NOT_FOUND: () => 'There is nothing here that you can see.',
  NOT_SIGNED_IN: () => 'You are signed out. Sign in and try again.',
  NOT_ALLOWED: () => 'Your role does not allow this. Ask a manager or an owner.',
  INVALID_CREDENTIALS: () => 'Email or password is not right.',
  INVALID_INPUT: (details) => String(details.message ?? 'Something in this form is not right.'),
  TAKE_OVER_FIRST: () => 'The agent is answering. Take over first.',
  CONTROL_HELD: (details) => `${held(details)} is answering this conversation.`,
  CONTROL_CHANGED: () => 'Someone else acted on this conversation first. Look again before you go on.',
  STALE_EPOCH: () => 'The conversation changed hands before this was sent. Nothing was sent.',
  SUPERSEDED: () => 'Someone wrote before this was sent. Nothing was sent.',
  THREAD_MOVED: () => 'There is something new in this conversation. Read it before you send.',
  ILLEGAL_TRANSITION: () => 'The ticket is not in a state that allows this.',
  ACTIVE_TICKET_EXISTS: (details) =>
    `Ticket #${String(details.number ?? '')} of this conversation is still open.`,
  ALREADY_SET_UP: () => 'This desk is set up already. Sign in, or ask for an invitation.',
  SETUP_TOKEN_NEEDED: () => 'The set-up token is not right. It was printed where the server was started.',
  TEAMS_NOT_ALLOWED: () => 'This desk does not take further teams. Ask its owner.',
  INVITATION_INVALID: () => 'This invitation was used, withdrawn or has expired. Ask for a new one.',
  ALREADY_MEMBER: () => 'This person is in the team already.',
  LAST_OWNER: () => 'A team keeps at least one owner. Make someone else an owner first.',
  IDEMPOTENCY_KEY_REUSED: () => 'This request was sent before with other content.',
  RATE_LIMITED: () => 'Too many tries. Wait a few minutes.',
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
