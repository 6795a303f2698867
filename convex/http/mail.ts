/**
 * Where a provider tells what happened to mail (docs/rules.md M1, E2): POST /channels/email/<publicId>, signed as Standard
 * Webhooks are. Signed and new: stored, 200. Signed and known: 200. Anything else: 4xx, and nothing is changed.
 *
 * Who has no signature costs a read and a hash, or four for a day after a secret was changed, outside the writer.
 */
import type { HttpRouter } from 'convex/server';
import { internal } from '../_generated/api';
import { type ActionCtx, httpAction, limited, noLimitNeeded } from '../functions';
import type { Told } from '../delivery/kinds';
import { storedPayload } from '../delivery/payloads';
import { mayBeSigned, type Signed } from '../delivery/mail/signature';
import { changedSince, channelAt, secretOf } from '../delivery/mail/signer';
import { requireOpen } from '../model/kit/closed';
import { mailEventsPath } from '../shared/delivery/connection';
import { readMailEvent, readReceipt, readReceived, receivedType } from '../shared/delivery/mailEvents';
import { maxEventBytes } from '../shared/kit/limits';
import { withoutStart } from '../shared/kit/text';
import { asProblem, Problem, problemResponse } from './api/problems';
import { readBody } from './api/requests';

const notSigned = () =>
  new Problem('NOT_SIGNED_IN', 'The signature is missing, too old, or not of this channel.');

async function takeEvent(ctx: ActionCtx, request: Request): Promise<Response> {
  requireOpen();
  const publicId = withoutStart(new URL(request.url).pathname, mailEventsPath);
  const signed = signedHeaders(request);
  if (signed === null || !mayBeSigned(signed, Date.now())) throw notSigned();
  const before = await channelAt(ctx, publicId);
  if (before === null) throw notSigned();
  const told = { signed, body: await readBody(request, maxEventBytes) };
  if (await store(ctx, before, told)) return taken();
  const now = await changedSince(ctx, publicId, before);
  if (now !== null && (await store(ctx, now, told))) return taken();
  throw notSigned();
}

const taken = () => new Response(null, { status: 200 });

/** False, and nothing is stored, where it was signed by no secret of the channel's. */
async function store(
  ctx: ActionCtx,
  known: Told,
  { signed, body }: { signed: Signed; body: string },
): Promise<boolean> {
  const signedBy = secretOf(known, body, signed)?.kept;
  if (signedBy === undefined) return false;
  const event = readMailEvent(body);
  if (event === null) throw new Problem('INVALID_INPUT', 'The body is no event of a mail provider.');
  const payload = await storedPayload(ctx, body);
  const { channelId, teamId } = known;
  const { type, key } = event;
  // Read here, where it holds nobody up: the transaction and its job need not look at what came.
  const read =
    type === receivedType ? { received: readReceived(body) ?? undefined } : { receipt: readReceipt(body) };
  const told = { channelId, teamId, type, key: key ?? signed.id, signedBy, ...read, ...payload };
  const isNew = await ctx.runMutation(internal.delivery.receive.store, told);
  if (isNew !== true && 'payloadFileId' in payload) await ctx.storage.delete(payload.payloadFileId);
  return isNew !== null;
}

/** Svix writes the headers of Standard Webhooks under its own name. */
function signedHeaders({ headers }: Request): Signed | null {
  const read = (name: string) => headers.get(`svix-${name}`) ?? headers.get(`webhook-${name}`);
  const [id, timestamp, signature] = [read('id'), read('timestamp'), read('signature')];
  return id && timestamp && signature ? { id, timestamp, signature } : null;
}

export function addMailRoutes(http: HttpRouter): void {
  const handler = httpAction(async (ctx, request) => {
    try {
      return await takeEvent(ctx, request);
    } catch (thrown) {
      return problemResponse(asProblem(thrown));
    }
  });
  const why = noLimitNeeded(
    'Who has no signature is refused by a read and at most four hashes of a bounded body; who has one is the provider, and refusing it would lose mail.',
  );
  http.route({ pathPrefix: mailEventsPath, method: 'POST', handler: limited(why, handler) });
}
