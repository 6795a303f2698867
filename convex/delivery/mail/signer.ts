/**
 * Who signed a webhook of mail (docs/rules.md M1, E2): the channel behind its address is remembered where the webhook is answered, so
 * that of many of a channel one asks. What is remembered decides nothing: the transaction that stores looks whether the secret
 * that it was signed by still stands.
 */
import { internal } from '../../_generated/api';
import type { ActionCtx } from '../../functions';
import type { WebhookSecret } from '../../model/delivery/channelSecrets';
import type { Told } from '../kinds';
import { isSigned, type Signed } from './signature';

const remembered = new Map<string, Told>();
/** Of a busier desk those that were remembered first are asked for again. */
const mostRemembered = 1_000;

/** Null: no channel has this address. */
export async function channelAt(ctx: ActionCtx, publicId: string): Promise<Told | null> {
  return remembered.get(publicId) ?? ask(ctx, publicId);
}

/** As it stands now; null as well where that is as it was known `before`, and would refuse the same again. */
export async function changedSince(ctx: ActionCtx, publicId: string, before: Told): Promise<Told | null> {
  const now = await ask(ctx, publicId);
  return JSON.stringify(now) === JSON.stringify(before) ? null : now;
}

async function ask(ctx: ActionCtx, publicId: string): Promise<Told | null> {
  const known: Told | null = await ctx.runQuery(internal.delivery.receive.secretsOf, {
    kind: 'email',
    publicId,
  });
  remembered.delete(publicId);
  if (known === null) return null;
  if (remembered.size === mostRemembered) remembered.delete(remembered.keys().next().value!);
  remembered.set(publicId, known);
  return known;
}

/** By which of the channel's secrets it was signed; undefined: by none that is not over. */
export function secretOf({ secrets }: Told, body: string, signed: Signed): WebhookSecret | undefined {
  const now = Date.now();
  return secrets.find(
    ({ secret, expiresAt = Infinity }) => expiresAt > now && isSigned(secret, body, signed),
  );
}
