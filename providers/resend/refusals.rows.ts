/**
 * What the real one refuses, one row each, with where that is known from. The server answers with these rows
 * (refusals.ts), and a test walks them: it sends what provokes each. A row that can be asked without effect is asked of
 * the real host too when RESEND_API_KEY is set.
 *
 * How a row is known: `recorded` traffic, the `documented` answer, an answer `reported` by its users, or a documented
 * limit with an `assumed` answer. Nothing of ours may hang on the wording of a message.
 */
import type { ResendOptions } from './options.ts';

export interface Provocation {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  /** Whose key it carries; `full` unless told. */
  key?: 'full' | 'sending' | 'wrong' | 'none';
  headers?: Record<string, string>;
  withoutUserAgent?: true;
  /** Of a send: what differs from a proper one; null leaves a field out. A string is the body itself. */
  body?: Record<string, unknown> | string;
  /** With an attachment this large. */
  attachmentBytes?: number;
  /** Sent without waiting for the answer of the one before. */
  atOnce?: true;
}

export interface Refusal {
  status: number;
  /** Null: the answer is not JSON. */
  name: string | null;
  /** What is in braces is filled in. */
  message: string;
  /** The last of these is refused. */
  provokedBy: Provocation[];
  options?: ResendOptions;
  /** Has no effect at the real host. */
  readOnly?: true;
  known: 'recorded' | 'documented' | 'reported' | 'assumed';
  source: string;
}

const docs = 'https://resend.com/docs';
const errors = `${docs}/api-reference/errors`;
const node = 'https://github.com/resend/resend-node';
const send = (body: Provocation['body'] = {}, more: Partial<Provocation> = {}): Provocation => ({
  method: 'POST',
  path: '/emails',
  body,
  ...more,
});
const read = (path: string, more: Partial<Provocation> = {}): Provocation => ({
  method: 'GET',
  path,
  ...more,
});
const nobody = '00000000-0000-4000-8000-000000000000';
const keyed = (body: Record<string, unknown>, more: Partial<Provocation> = {}) =>
  send(body, { headers: { 'idempotency-key': 'welcome/1' }, ...more });

export const refusals = {
  noUserAgent: {
    status: 403,
    name: null,
    message: 'error code: 1010',
    provokedBy: [read('/domains', { withoutUserAgent: true })],
    readOnly: true,
    known: 'documented',
    source: `${docs}/api-reference/introduction and ${docs}/knowledge-base/403-error-1010`,
  },
  missingKey: {
    status: 401,
    name: 'missing_api_key',
    message: 'Missing API Key',
    provokedBy: [read('/domains', { key: 'none' })],
    readOnly: true,
    known: 'documented',
    source: `${errors}; older copies of the page: "Missing API key in the authorization header."`,
  },
  wrongKey: {
    status: 400,
    name: 'validation_error',
    message: 'API key is invalid',
    provokedBy: [read('/domains', { key: 'wrong' })],
    readOnly: true,
    known: 'documented',
    source: `${errors} (403 \`invalid_api_key\` in older copies; "the API never returned" that: ${node}/pull/617)`,
  },
  wrongKeyOfSend: {
    status: 401,
    name: 'validation_error',
    message: 'API key is invalid',
    provokedBy: [send({}, { key: 'wrong' })],
    known: 'documented',
    source: `${errors}: "the sending endpoints return this for a key that doesn't exist"`,
  },
  restrictedKey: {
    status: 401,
    name: 'restricted_api_key',
    message: 'This API key is restricted to only send emails',
    provokedBy: [read('/emails/receiving', { key: 'sending' })],
    known: 'documented',
    source: errors,
  },
  unknownPath: {
    status: 404,
    name: 'not_found',
    message: 'The requested endpoint does not exist',
    provokedBy: [read('/postcards')],
    readOnly: true,
    known: 'documented',
    source: errors,
  },
  wrongMethod: {
    status: 405,
    name: 'method_not_allowed',
    message: 'Method is not allowed for the requested path',
    provokedBy: [{ method: 'DELETE', path: '/emails' }],
    known: 'documented',
    source: errors,
  },
  rateLimit: {
    status: 429,
    name: 'rate_limit_exceeded',
    message:
      'Too many requests. You can only make {limit} requests per second. See rate limit response headers for more information.',
    provokedBy: Array.from({ length: 6 }, () => read('/domains', { atOnce: true })),
    options: { ratePerSecond: 5 },
    known: 'documented',
    source: `${docs}/api-reference/rate-limit: 5 a second a team over all its keys (2 in older copies), \`ratelimit-*\`, \`retry-after\``,
  },
  dailyQuota: {
    status: 429,
    name: 'daily_quota_exceeded',
    message: 'You have reached your daily email sending quota',
    provokedBy: [send(), send()],
    options: { dailyQuota: 1 },
    known: 'documented',
    source: `${errors}; each recipient and each received mail counts: ${docs}/knowledge-base/resend-email-quota`,
  },
  monthlyQuota: {
    status: 429,
    name: 'monthly_quota_exceeded',
    message: 'You have reached your monthly email sending quota',
    provokedBy: [send(), send()],
    options: { monthlyQuota: 1 },
    known: 'documented',
    source: errors,
  },
  notJson: {
    status: 400,
    name: 'validation_error',
    message: 'The request body must be valid JSON',
    provokedBy: [send('{"from": ')],
    known: 'assumed',
    source: `${errors}: 400 \`validation_error\`, "an error was found with one or more fields"`,
  },
  missingField: {
    status: 422,
    name: 'missing_required_field',
    message: 'Missing `{field}` field.',
    provokedBy: [send({ to: null })],
    known: 'recorded',
    source: `${node} src/contacts/__recordings__ ("Missing \`email\` field.") and src/emails/emails.spec.ts ("Missing \`from\` field.")`,
  },
  missingContent: {
    status: 422,
    name: 'missing_required_field',
    message: 'Missing `html` or `text` field.',
    provokedBy: [send({ text: null, html: null })],
    known: 'documented',
    source: `${errors}; the field names by the SDK's RequireAtLeastOne of html, text, react`,
  },
  wrongAddress: {
    status: 422,
    name: 'validation_error',
    message:
      'Invalid `{field}` field. The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.',
    provokedBy: [send({ to: 'nobody' })],
    known: 'reported',
    source: 'https://github.com/resend/resend-python/issues/65',
  },
  wrongFrom: {
    status: 422,
    name: 'invalid_from_address',
    message:
      'Invalid `from` field. The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.',
    provokedBy: [send({ from: 'Acme' })],
    known: 'documented',
    source: `${errors} (\`validation_error\` has been seen for it too: ${node} src/emails/emails.spec.ts has \`invalid_parameter\`)`,
  },
  blockedDomain: {
    status: 422,
    name: 'validation_error',
    message:
      'Invalid `{field}` field. Please use our testing email address instead of domains like `{domain}`.',
    provokedBy: [send({ to: 'customer@example.com' })],
    known: 'documented',
    source: `${docs}/knowledge-base/what-email-addresses-to-use-for-testing: example.com and test.com, 422`,
  },
  tooManyRecipients: {
    status: 422,
    name: 'validation_error',
    message: 'The `{field}` field must have at most {most} items.',
    provokedBy: [send({ to: Array.from({ length: 51 }, (_, at) => `person${at}@customer.example`) })],
    known: 'assumed',
    source: `${docs}/api-reference/emails/send-email: "Max 50"`,
  },
  wrongType: {
    status: 422,
    name: 'validation_error',
    message: 'The `{field}` field must be a `{type}`.',
    provokedBy: [send({ subject: 7 })],
    known: 'assumed',
    source: errors,
  },
  lineBreak: {
    status: 422,
    name: 'validation_error',
    message: 'The `\\n` is not allowed in the `{field}` field.',
    provokedBy: [send({ subject: 'Hello\nBcc: everybody@customer.example' })],
    known: 'assumed',
    source: 'RFC 5322 section 2.2: a field body has no line break that is not folding',
  },
  wrongTag: {
    status: 422,
    name: 'validation_error',
    message: 'Tags should only contain ASCII letters, numbers, underscores, or dashes.',
    provokedBy: [send({ tags: [{ name: 'ticket', value: 'one two' }] })],
    known: 'documented',
    source: `${docs}/api-reference/emails/send-email: ASCII letters, digits, _ and -, at most 256`,
  },
  emptyAttachment: {
    status: 422,
    name: 'invalid_attachment',
    message: 'Attachment must have either a `content` or `path`',
    provokedBy: [send({ attachments: [{ filename: 'a.pdf' }] })],
    known: 'documented',
    source: errors,
  },
  tooLarge: {
    status: 422,
    name: 'validation_error',
    message: 'The email must not be larger than {most} MB, attachments included after encoding.',
    provokedBy: [send({}, { attachmentBytes: 32_000_000 })],
    known: 'assumed',
    source: `${docs}/api-reference/emails/send-email: 40 MB after base64`,
  },
  unverifiedDomain: {
    status: 403,
    name: 'validation_error',
    message:
      'The {domain} domain is not verified. Please, add and verify your domain on https://resend.com/domains',
    provokedBy: [send({ from: 'Acme <support@elsewhere.example>' })],
    known: 'reported',
    source: `${node}/issues/455, ${errors}`,
  },
  testDomain: {
    status: 403,
    name: 'validation_error',
    message:
      'You can only send testing emails to your own email address ({own}). To send emails to other recipients, please verify a domain at resend.com/domains, and change the `from` address to an email using this domain.',
    provokedBy: [send({ from: 'Acme <onboarding@resend.dev>' })],
    known: 'documented',
    source: errors,
  },
  wrongIdempotencyKey: {
    status: 400,
    name: 'invalid_idempotency_key',
    message: 'The key must be between 1-256 chars.',
    provokedBy: [send({}, { headers: { 'idempotency-key': 'k'.repeat(257) } })],
    known: 'documented',
    source: errors,
  },
  otherBody: {
    status: 409,
    name: 'invalid_idempotent_request',
    message: 'Same idempotency key used with a different request payload.',
    provokedBy: [keyed({ subject: 'One' }), keyed({ subject: 'Two' })],
    known: 'documented',
    source: `${errors} and ${docs}/dashboard/emails/idempotency-keys: kept for 24 hours`,
  },
  stillRunning: {
    status: 409,
    name: 'concurrent_idempotent_requests',
    message: 'Same idempotency key used while original request is still in progress.',
    provokedBy: [keyed({}, { atOnce: true }), keyed({})],
    options: { faults: [{ kind: 'slow', ms: 60_000, times: 1 }] },
    known: 'documented',
    source: errors,
  },
  receivedNotFound: {
    status: 404,
    name: 'not_found',
    message: 'Email not found',
    provokedBy: [read(`/emails/receiving/${nobody}`)],
    readOnly: true,
    known: 'documented',
    source: `${node} src/emails/receiving`,
  },
  attachmentNotFound: {
    status: 404,
    name: 'not_found',
    message: 'Attachment not found',
    provokedBy: [read(`/emails/receiving/${nobody}/attachments/${nobody}`)],
    readOnly: true,
    known: 'documented',
    source: `${node} src/emails/receiving/attachments/attachments.spec.ts`,
  },
  domainNotFound: {
    status: 404,
    name: 'not_found',
    message: 'Domain not found',
    provokedBy: [read(`/domains/${nobody}`)],
    readOnly: true,
    known: 'documented',
    source: `${node} src/domains/domains.spec.ts`,
  },
  webhookNotFound: {
    status: 404,
    name: 'not_found',
    message: 'Webhook endpoint not found',
    provokedBy: [read(`/webhooks/${nobody}`)],
    readOnly: true,
    known: 'documented',
    source: `${node} src/webhooks`,
  },
  wrongId: {
    status: 422,
    name: 'validation_error',
    message: 'The `id` must be a valid UUID.',
    provokedBy: [read('/emails/receiving/42')],
    readOnly: true,
    known: 'reported',
    source: `${node}/issues/812`,
  },
  wrongLimit: {
    status: 422,
    name: 'validation_error',
    message: 'The `limit` must be a number between 1 and 100.',
    provokedBy: [read('/emails/receiving?limit=101')],
    readOnly: true,
    known: 'documented',
    source: `${docs}/api-reference/pagination`,
  },
  bothCursors: {
    status: 422,
    name: 'validation_error',
    message: 'The `before` and `after` parameters cannot be used together.',
    provokedBy: [read(`/emails/receiving?before=${nobody}&after=${nobody}`)],
    readOnly: true,
    known: 'documented',
    source: `${docs}/api-reference/pagination`,
  },
} satisfies Record<string, Refusal>;
