/**
 * Every refusal the desk can give (docs/rules.md E1). The client maps each code to a sentence, exhaustively; texts are
 * never parsed. Codes that the rules name must not be renamed.
 */
export const errorCodes = [
  'NOT_FOUND',
  'NOT_SIGNED_IN',
  'NOT_ALLOWED',
  'INVALID_CREDENTIALS',
  'WRONG_PASSWORD',
  'SECOND_FACTOR_NEEDED',
  'SECOND_FACTOR_WRONG',
  'LINK_INVALID',
  'IDENTITY_REFUSED',
  'INVALID_INPUT',
  'TAKE_OVER_FIRST',
  'CONTROL_HELD',
  'CONTROL_CHANGED',
  'STALE_EPOCH',
  'SUPERSEDED',
  'THREAD_MOVED',
  'NO_MAIL_CHANNEL',
  'NO_EMAIL_ADDRESS',
  'WINDOW_CLOSED',
  'ILLEGAL_TRANSITION',
  'ACTIVE_TICKET_EXISTS',
  'TAG_EXISTS',
  'FIELD_CHANGED',
  'ALREADY_SET_UP',
  'SETUP_TOKEN_NEEDED',
  'TEAMS_NOT_ALLOWED',
  'INVITATION_INVALID',
  'ALREADY_MEMBER',
  'LAST_OWNER',
  'IDEMPOTENCY_KEY_REUSED',
  'RATE_LIMITED',
  'DESK_CLOSED',
] as const;
export type ErrorCode = (typeof errorCodes)[number];
