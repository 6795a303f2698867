'use node';
/**
 * One call to an address that somebody else chose (docs/rules.md P3; shared/webhooks/addresses.ts).
 *
 * The name is looked up once, by us, every address it leads to is judged, and the connection goes to what was judged: a
 * name that leads elsewhere a moment later changes nothing. Redirects are not followed, an answer is read to a bound, and
 * all of it ends in time.
 */
import { lookup, type LookupAddress } from 'node:dns';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import { type CallPolicy, faultOfAddress, faultOfUrl } from '../shared/webhooks/addresses';
import { firstUnits } from '../shared/kit/text';

const timeoutMs = 15_000;
const maxAnswerBytes = 64 * 1024;
const maxKeptLength = 2_048;

export interface Call<Body extends string | Uint8Array = string> {
  url: string;
  headers: Record<string, string>;
  body: Body;
}

/** `status`: what was answered, null when nothing was; `answer`: how it begins. */
export interface CallOutcome {
  status: number | null;
  ms: number;
  answer: string;
  failure?: string;
  /** As the header says it. */
  retryAfter?: string;
}

/** Every address a name leads to. */
export type Resolve = (name: string) => Promise<LookupAddress[]>;

export const resolveAll: Resolve = (name) => promisify(lookup)(name, { all: true, order: 'verbatim' });

/** Carries a failure whose sentence may be shown. */
class Refused extends Error {}

export async function postTo(
  call: Call<string | Uint8Array>,
  policy: CallPolicy,
  resolve: Resolve = resolveAll,
): Promise<CallOutcome> {
  const startedAt = performance.now();
  const taken = () => Math.round(performance.now() - startedAt);
  try {
    const { status, answer, retryAfter } = await request(call, policy, resolve);
    return { status, ms: taken(), answer, ...(retryAfter === undefined ? {} : { retryAfter }) };
  } catch (thrown) {
    return { status: null, ms: taken(), answer: '', failure: sentenceOf(thrown) };
  }
}

async function request(
  { url: text, headers, body }: Call<string | Uint8Array>,
  policy: CallPolicy,
  resolve: Resolve,
) {
  const fault = faultOfUrl(text, policy);
  if (fault !== null) throw new Refused(fault);
  const url = new URL(text);
  const signal = AbortSignal.timeout(timeoutMs);
  const pinned = await within(signal, addressesOf(url, policy, resolve));
  const response = await new Promise<http.IncomingMessage>((done, fail) => {
    const { request: open } = url.protocol === 'http:' ? http : https;
    const options: https.RequestOptions = {
      method: 'POST',
      // A connection of its own: one that was kept open went to what was judged then.
      agent: false,
      signal,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      lookup: pinned === null ? neverAsked : answering(pinned),
    };
    const sent = open(url, options, done);
    sent.once('error', fail);
    sent.end(body);
  });
  const retryAfter = response.headers['retry-after'];
  return { status: response.statusCode ?? 0, answer: await beginningOf(response), retryAfter };
}

/** Null where the URL names an address, which has been judged with it. */
async function addressesOf(url: URL, policy: CallPolicy, resolve: Resolve): Promise<LookupAddress[] | null> {
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(name) !== 0) return null;
  const found = await resolve(name);
  if (found.length === 0) throw new Refused('The name leads to no address.');
  // One is enough: which of them is connected to would be for the network to choose.
  for (const { address } of found) {
    const fault = faultOfAddress(address, policy);
    if (fault !== null) throw new Refused(`The name leads to ${address}. ${fault}`);
  }
  return found;
}

type Lookup = NonNullable<https.RequestOptions['lookup']>;

function answering(found: LookupAddress[]): Lookup {
  return (_name, { all }, answer) => {
    if (all === true) answer(null, found);
    else answer(null, found[0]!.address, found[0]!.family);
  };
}

const neverAsked: Lookup = (name, _options, answer) =>
  answer(new Refused(`${name} is an address and was looked up.`), '', 4);

/** The resolver knows no signal, and a name server may take its time. */
async function within<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_done, fail) => {
    stop = () => fail(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}

/** Whoever says more than is read is not listened to any longer; how the answer begins is known by then. */
async function beginningOf(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= maxAnswerBytes) break;
    }
  } finally {
    response.destroy();
  }
  const text = Buffer.concat(chunks).subarray(0, maxAnswerBytes).toString('utf8');
  return firstUnits(text.replaceAll('\u0000', '\ufffd'), maxKeptLength).toWellFormed();
}

const sentences: Record<string, string> = {
  ECONNREFUSED: 'Nobody listens there.',
  ECONNRESET: 'The connection was broken off.',
  ENOTFOUND: 'There is no such name.',
  EAI_AGAIN: 'The name could not be looked up.',
  ETIMEDOUT: 'There was no connection in time.',
  EHOSTUNREACH: 'There is no way there.',
  ENETUNREACH: 'There is no way there.',
  EPIPE: 'The connection was broken off.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The certificate is signed by nobody who is trusted.',
  SELF_SIGNED_CERT_IN_CHAIN: 'The certificate is signed by nobody who is trusted.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The certificate is signed by nobody who is trusted.',
  CERT_HAS_EXPIRED: 'The certificate has expired.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate is for another name.',
  HPE_INVALID_CONSTANT: 'What answers there does not speak HTTP.',
};

function sentenceOf(thrown: unknown): string {
  if (thrown instanceof Refused) return thrown.message;
  const { name, code = '' } = thrown as { name?: string; code?: string };
  if (name === 'TimeoutError' || name === 'AbortError') return `No answer within ${timeoutMs / 1_000} s.`;
  return sentences[code] ?? `The call failed (${code === '' ? 'unknown' : code}).`;
}
