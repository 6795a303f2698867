/**
 * Where a provider tells what happened to mail (docs/rules.md M1, E2): POST /channels/email/<publicId>, signed as Standard
 * Webhooks are. Signed and new: stored, 200. Signed and known: 200. Anything else: 4xx, and nothing is changed.
 *
 * Who has no signature costs a read and a hash, or four for a day after a secret was changed, outside the writer.
 */
import type { HttpRouter } from 'convex/server';
import { internal } from '../_generated/api';
import { type ActionCtx, httpAction, limited, noLimitNeeded } from '../functions';
import { storedPayload } from '../delivery/payloads';
import { isSigned, mayBeSigned } from '../delivery/mail/signature';
import type { WebhookSecret } from '../model/delivery/channelSecrets';
import { requireOpen } from '../model/kit/closed';
import { mailEventsPath } from '../shared/delivery/connection';
import { readMailEvent, readReceipt, receivedType } from '../shared/delivery/mailEvents';
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
  const now = Date.now();
  if (signed === null || !mayBeSigned(signed, now)) throw notSigned();
  const known = await ctx.runQuery(internal.delivery.receive.secretsOf, { kind: 'email', publicId });
  if (known === null) throw notSigned();
  const body = await readBody(request, maxEventBytes);
  const isTheirs = ({ secret, expiresAt = Infinity }: WebhookSecret) =>
    expiresAt > now && isSigned(secret, body, signed);
  if (!known.secrets.some(isTheirs)) throw notSigned();
  const event = readMailEvent(body);
  if (event === null) throw new Problem('INVALID_INPUT', 'The body is no event of a mail provider.');
  const payload = await storedPayload(ctx, body);
  const { type, key } = event;
  // Read here, where it holds nobody up: only what must be fetched needs more than the transaction.
  const receipt = type === receivedType ? undefined : readReceipt(body);
  const told = {
    channelId: known.channelId,
    teamId: known.teamId,
    type,
    key: key ?? signed.id,
    receipt,
    ...payload,
  };
  const isNew = await ctx.runMutation(internal.delivery.receive.store, told);
  if (!isNew && 'payloadFileId' in payload) await ctx.storage.delete(payload.payloadFileId);
  return new Response(null, { status: 200 });
}

/** Svix writes the headers of Standard Webhooks under its own name. */
function signedHeaders({ headers }: Request): { id: string; timestamp: string; signature: string } | null {
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
