/**
 * What the engine takes from outside, edge by edge (H17): each limit, where it holds and how what is over it is refused.
 *
 * Whoever keeps a limit takes its number from here; test/engine/edges.test.ts goes over each, and sees the refusal that stands here
 * and that nothing has changed. Sizes are chosen by what holds the one loop that serves everybody: of structure a mebibyte can
 * take a quarter of a second to parse, judge and print, of plain text seven milliseconds, so callers are bounded in both.
 */
import { LIMITS } from './limits.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

interface Edge {
  /** Which requests, frames or files. */
  at: string;
  /** What is counted. */
  of: string;
  most: number;
  unit: 'bytes' | 'characters' | 'levels' | 'names and values' | 'ms' | '';
  /** How what is over it is answered. */
  refused: string;
}

const calls = 'calls of functions (`/api/query`, `mutation`, `action`, `query_batch`, `run/…`)';
const socket = 'a socket (`/api/sync`)';
const actions = 'HTTP actions (in Baton `/api/v1` and `/widget`)';

export const EDGES = {
  url: {
    at: 'every request of the main port',
    of: 'its URL, the arguments of a GET included',
    most: 16 * KIB,
    unit: 'characters',
    refused: '414 `UrlTooLong`',
  },
  headers: {
    at: 'every request',
    of: 'its headers',
    most: 32 * KIB,
    unit: 'bytes',
    refused: '431',
  },
  strangerBody: {
    at: `${calls}, and pushes whose key is not in a header`,
    of: 'the body of whoever shows no valid token',
    most: LIMITS.strangerBytes,
    unit: 'bytes',
    refused: '413 `RequestTooLarge`',
  },
  callerBody: {
    at: calls,
    of: 'the body of whoever is signed in (Baton takes 1 MiB, of it 256 Ki characters of text in the arguments)',
    most: LIMITS.callerBytes,
    unit: 'bytes',
    refused: '413 `RequestTooLarge`',
  },
  adminBody: {
    at: calls,
    of: "an administrator's body",
    most: 24 * MIB,
    unit: 'bytes',
    refused: '413 `RequestTooLarge`',
  },
  callParts: {
    at: `${calls}; frames of ${socket}`,
    of: 'what is in the body or frame of anybody but an administrator',
    most: LIMITS.callParts,
    unit: 'names and values',
    refused: '400 `BadJsonBody`; the socket is closed with 1002',
  },
  nesting: {
    at: `${calls}; frames of ${socket}`,
    of: 'depth',
    most: 256,
    unit: 'levels',
    refused: '400 `BadJsonBody`; the socket is closed with 1002',
  },
  batch: {
    at: '`/api/query_batch`',
    of: 'queries of one batch',
    most: 1_000,
    unit: '',
    refused: '400 `BadRequest`',
  },
  unfinished: {
    at: `${calls}; ${actions}`,
    of: 'bodies that have begun and not ended, of strangers, of the signed in and of HTTP actions, each for themselves',
    most: 1_000,
    unit: '',
    refused: 'the oldest: 408 `ClientDisconnect`',
  },
  silentBody: {
    at: `${calls}; ${actions}`,
    of: 'time without a byte of a body that has begun',
    most: 15_000,
    unit: 'ms',
    refused: '408 `ClientDisconnect`',
  },
  pace: {
    at: `${calls}; frames of ${socket}; ${actions}; \`/echo\``,
    of: 'what one address sends a second, after a quarter of that at once, in bodies and frames of more than 16 KiB, unless an administrator sends it',
    most: 16 * MIB,
    unit: 'bytes',
    refused: 'not refused: what is more is read later',
  },
  strangerFrame: {
    at: socket,
    of: 'a frame of whoever shows no valid token',
    most: LIMITS.strangerBytes,
    unit: 'bytes',
    refused: 'closed with 1009',
  },
  callerFrame: {
    at: socket,
    of: 'a frame of whoever is signed in (Baton takes 1 MiB, of it 256 Ki characters of text in the arguments of a call)',
    most: LIMITS.callerBytes,
    unit: 'bytes',
    refused: 'closed with 1009',
  },
  adminFrame: {
    at: socket,
    of: "an administrator's frame",
    most: 24 * MIB,
    unit: 'bytes',
    refused: 'closed with 1009',
  },
  subscriptions: {
    at: socket,
    of: 'subscriptions',
    most: 50_000,
    unit: '',
    refused: 'closed with 1013',
  },
  waitingCalls: {
    at: socket,
    of: 'mutations, and actions, that wait',
    most: 1_000,
    unit: '',
    refused: 'closed with 1013',
  },
  actionBody: {
    at: actions,
    of: 'the body (the routes of Baton take 128 KiB, what a mail provider tells 1 MiB: 413 `BODY_TOO_LARGE`)',
    most: 20 * MIB,
    unit: 'bytes',
    refused: '413 `RequestTooLarge`',
  },
  actionsUnderWay: {
    at: actions,
    of: 'under way of one `Authorization` header',
    most: 100,
    unit: '',
    refused: '429 `TooManyAtOnce`, with `Retry-After`',
  },
  actionsServed: {
    at: actions,
    of: 'served at a time of one `Authorization` header; what takes longer than a quarter of a second is not counted',
    most: 8,
    unit: '',
    refused: 'not refused: the others wait in line',
  },
  actionsBesideOthers: {
    at: actions,
    of: 'the same while others call whose header the host knows (in Baton keys of agents), and for a second after',
    most: 2,
    unit: '',
    refused: 'not refused: the others wait in line',
  },
  actionsOfAddress: {
    at: '`/api/action`',
    of: 'under way of one address, unless an administrator asks',
    most: 16,
    unit: '',
    refused: 'not refused: the others wait in line',
  },
  upload: {
    at: '`/api/storage/upload`, with an address that the app has given out',
    of: 'a file, unless the host says otherwise',
    most: GIB,
    unit: 'bytes',
    refused: '413 `FileTooLarge`',
  },
  echo: {
    at: '`/echo`',
    of: 'what is sent back',
    most: 128 * MIB,
    unit: 'bytes',
    refused: '413 `RequestTooLarge`',
  },
} as const satisfies Record<string, Edge>;

export type EdgeName = keyof typeof EDGES;
