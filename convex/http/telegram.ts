/**
 * Where Telegram tells what happened to a bot (docs/rules.md M1, E2): POST /channels/telegram/<publicId>, with the secret that was
 * given it in a header. Right and new: stored, 200. Right and known, or of a group: 200. Anything else: 4xx, and nothing is changed.
 */
import type { HttpRouter } from 'convex/server';
import { internal } from '../_generated/api';
import { storedPayload } from '../delivery/payloads';
import { type ActionCtx, httpAction, limited, noLimitNeeded } from '../functions';
import { requireOpen } from '../model/kit/closed';
import { isSameSecret } from '../model/kit/secrets';
import { telegramPath } from '../shared/delivery/connection';
import { readUpdate } from '../shared/delivery/telegramUpdates';
import { maxEventBytes } from '../shared/kit/limits';
import { withoutStart } from '../shared/kit/text';
import { asProblem, Problem, problemResponse } from './api/problems';
import { readBody } from './api/requests';

const secretHeader = 'X-Telegram-Bot-Api-Secret-Token';
const notTheirs = () => new Problem('NOT_SIGNED_IN', 'The secret is missing, or not of this channel.');

async function takeUpdate(ctx: ActionCtx, request: Request): Promise<Response> {
  requireOpen();
  const publicId = withoutStart(new URL(request.url).pathname, telegramPath);
  const given = request.headers.get(secretHeader) ?? '';
  // What no bot of ours can have been given costs no look.
  if (!/^[A-Za-z0-9_-]{20,256}$/.test(given)) throw notTheirs();
  const known = await ctx.runQuery(internal.delivery.receive.secretsOf, { kind: 'telegram', publicId });
  if (known?.account === undefined) throw notTheirs();
  const { channelId, teamId, account, secrets } = known;
  const now = Date.now();
  const same = await Promise.all(
    secrets.map(
      async ({ secret, expiresAt = Infinity }) => (await isSameSecret(secret, given)) && expiresAt > now,
    ),
  );
  if (!same.includes(true)) throw notTheirs();
  const body = await readBody(request, maxEventBytes);
  const told = readUpdate(body, now);
  if (told === null) throw new Problem('INVALID_INPUT', 'The body is no update of Telegram.');
  // [E4] Whoever adds the bot to a busy group fills no disk.
  if (told.isOfGroup) return new Response(null, { status: 200 });
  const payload = await storedPayload(ctx, body);
  const event = {
    kind: 'telegram' as const,
    channelId,
    teamId,
    // Numbers are a bot's own: another one on the same channel counts anew.
    key: `${account}/${told.updateId}`,
    type: told.isMessage ? ('message' as const) : ('update' as const),
    ...payload,
  };
  const isNew = await ctx.runMutation(internal.delivery.receive.store, event);
  if (!isNew && 'payloadFileId' in payload) await ctx.storage.delete(payload.payloadFileId);
  return new Response(null, { status: 200 });
}

export function addTelegramRoutes(http: HttpRouter): void {
  const handler = httpAction(async (ctx, request) => {
    try {
      return await takeUpdate(ctx, request);
    } catch (thrown) {
      return problemResponse(asProblem(thrown));
    }
  });
  const why = noLimitNeeded(
    'Who has no secret is refused by a read and at most eight short hashes; who has one is Telegram, and refusing it would lose messages.',
  );
  http.route({ pathPrefix: telegramPath, method: 'POST', handler: limited(why, handler) });
}
