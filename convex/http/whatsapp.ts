/**
 * Where WhatsApp tells what happens (docs/rules.md M1, E2): /channels/whatsapp/<publicId>. GET: Meta asks whether the desk knows the
 * verify token. POST: signed with the app's secret, batched, for any number of the app. Signed: stored, each thing once, 200; what is
 * for a number that no channel has: 200, and the log says so. Anything else: 4xx, and nothing is changed.
 */
import type { HttpRouter } from 'convex/server';
import { internal } from '../_generated/api';
import type { Id } from '../_generated/dataModel';
import { storedPayload } from '../delivery/payloads';
import { type ActionCtx, httpAction, limited, noLimitNeeded } from '../functions';
import { requireOpen } from '../model/kit/closed';
import { isSameSecret } from '../model/kit/secrets';
import { whatsappPath } from '../shared/delivery/connection';
import { maxEventBytes } from '../shared/kit/limits';
import { withoutStart } from '../shared/kit/text';
import { isSigned, readSignature } from '../shared/whatsapp/signature';
import { readTellings, type Telling } from '../shared/whatsapp/tellings';
import { asProblem, Problem, problemResponse } from './api/problems';

const notSigned = () => new Problem('NOT_SIGNED_IN', 'The signature is missing, or not of this channel.');
const publicIdOf = (request: Request) => withoutStart(new URL(request.url).pathname, whatsappPath);

/** Meta, "Create a webhook endpoint": the challenge comes back to whoever knows the token. */
async function shakeHands(ctx: ActionCtx, request: Request): Promise<Response> {
  requireOpen();
  const { searchParams } = new URL(request.url);
  const given = searchParams.get('hub.verify_token') ?? '';
  const refused = () => new Problem('NOT_ALLOWED', 'The verify token is not that of this channel.');
  if (searchParams.get('hub.mode') !== 'subscribe' || given === '') throw refused();
  const token = await ctx.runQuery(internal.delivery.whatsapp.receiving.verifyTokenOf, {
    publicId: publicIdOf(request),
  });
  if (token === null || !(await isSameSecret(token, given))) throw refused();
  return new Response(searchParams.get('hub.challenge') ?? '', {
    status: 200,
    headers: { 'Content-Type': 'text/plain' },
  });
}

async function takeTellings(ctx: ActionCtx, request: Request): Promise<Response> {
  requireOpen();
  const publicId = publicIdOf(request);
  const signature = readSignature(request.headers.get('X-Hub-Signature-256'));
  if (signature === null) throw notSigned();
  const known = await ctx.runQuery(internal.delivery.receive.secretsOf, { kind: 'whatsapp', publicId });
  if (known === null) throw notSigned();
  const raw = await readBytes(request);
  const now = Date.now();
  const fits = await Promise.all(
    known.secrets.map(
      async ({ secret, expiresAt = Infinity }) => expiresAt > now && (await isSigned(secret, raw, signature)),
    ),
  );
  if (!fits.includes(true)) throw notSigned();
  const tellings = await readTellings(new TextDecoder().decode(raw));
  if (tellings === null) throw new Problem('INVALID_INPUT', 'The body is no webhook of WhatsApp.');
  await storeAll(ctx, known.channelId, tellings);
  return new Response(null, { status: 200 });
}

/** The bytes as they came: the signature is over no others. */
async function readBytes(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(request.headers.get('Content-Length') ?? '0');
  const tooLarge = () => new Problem('BODY_TOO_LARGE', `A webhook has at most ${mostBytes} bytes.`);
  if (declared > mostBytes) throw tooLarge();
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > mostBytes) throw tooLarge();
  return new Uint8Array(bytes);
}

/** Meta batches up to 3 MB into one. */
const mostBytes = 3 * maxEventBytes;
/** Stored by one transaction. */
const atOnce = 50;

async function storeAll(ctx: ActionCtx, channelId: Id<'channels'>, tellings: Telling[]): Promise<void> {
  for (let at = 0; at < tellings.length; at += atOnce)
    await storeBatch(ctx, channelId, tellings.slice(at, at + atOnce));
}

async function storeBatch(ctx: ActionCtx, channelId: Id<'channels'>, tellings: Telling[]): Promise<void> {
  const told = await Promise.all(
    tellings.map(async ({ payload, ...telling }) => ({ ...telling, ...(await storedPayload(ctx, payload)) })),
  );
  const { forgotten, strangers } = await ctx.runMutation(internal.delivery.whatsapp.receiving.store, {
    channelId,
    told,
  });
  for (const fileId of forgotten) await ctx.storage.delete(fileId);
  for (const phoneNumberId of strangers)
    console.warn(`WhatsApp told channel ${channelId} of number ${phoneNumberId}, which no channel has.`);
}

export function addWhatsappRoutes(http: HttpRouter): void {
  const answering = (take: (ctx: ActionCtx, request: Request) => Promise<Response>) =>
    httpAction(async (ctx, request) => {
      try {
        return await take(ctx, request);
      } catch (thrown) {
        return problemResponse(asProblem(thrown));
      }
    });
  const pathPrefix = whatsappPath;
  const why = noLimitNeeded(
    'Who has no signature is refused by a read and at most eight hashes of a bounded body; who has one is Meta, and refusing it would lose messages.',
  );
  http.route({ pathPrefix, method: 'POST', handler: limited(why, answering(takeTellings)) });
  const asked = noLimitNeeded('A read and a short hash, for whoever asks whether the desk knows a token.');
  http.route({ pathPrefix, method: 'GET', handler: limited(asked, answering(shakeHands)) });
}
