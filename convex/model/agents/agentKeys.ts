/**
 * Keys of outside agents (docs/rules.md P1, R3), made as shared/agents/keys.ts says. Shown once, kept as SHA-256; a fast hash is
 * right for a secret nobody can guess.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { dismissIfSilent } from '../control/agentRuns';
import { appError } from '../kit/errors';
import { cleanName } from '../kit/names';
import { hashToken } from '../kit/secrets';

/** Unrevoked keys one agent may have: enough to rotate. */
const maxKeys = 20;
const maxWithdrawn = 200;
const idLength = 8;
/** 62^43 > 2^256. */
const secretLength = 43;
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Bytes that would make some digits likelier than others are thrown away. */
function randomDigits(length: number): string {
  const fair = 256 - (256 % digits.length);
  let text = '';
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length * 2))) {
      if (byte < fair && text.length < length) text += digits[byte % digits.length];
    }
  }
  return text;
}

export async function createKey(
  ctx: MutationCtx,
  agent: Doc<'agents'>,
  { name, createdBy }: { name: string; createdBy: Id<'members'> },
): Promise<{ keyId: Id<'agentKeys'>; key: string }> {
  if (agent.kind !== 'external') {
    throw appError('INVALID_INPUT', 'Only an outside agent has keys: a built-in agent needs none.');
  }
  if ((await usableKeys(ctx, agent._id)).length >= maxKeys) {
    throw appError('INVALID_INPUT', `An agent has at most ${maxKeys} keys. Revoke one first.`);
  }
  const prefix = `baton_live_${randomDigits(idLength)}`;
  const key = `${prefix}_${randomDigits(secretLength)}`;
  const { teamId, _id: agentId } = agent;
  const hash = await hashToken(key);
  const keyId = await ctx.db.insert('agentKeys', {
    teamId,
    agentId,
    name: cleanName(name, "The key's name"),
    prefix,
    hash,
    createdBy,
  });
  return { keyId, key };
}

/** Newest first: all that open something, and the last that were withdrawn. */
export async function listKeys(
  ctx: Pick<QueryCtx, 'db'>,
  agentId: Id<'agents'>,
): Promise<Doc<'agentKeys'>[]> {
  const withdrawn = await ctx.db
    .query('agentKeys')
    .withIndex('by_agentId_and_revokedAt', (q) => q.eq('agentId', agentId).gt('revokedAt', 0))
    .order('desc')
    .take(maxWithdrawn);
  const keys = [...(await usableKeys(ctx, agentId)), ...withdrawn];
  return keys.toSorted((a, b) => b._creationTime - a._creationTime);
}

function usableKeys(ctx: Pick<QueryCtx, 'db'>, agentId: Id<'agents'>): Promise<Doc<'agentKeys'>[]> {
  return ctx.db
    .query('agentKeys')
    .withIndex('by_agentId_and_revokedAt', (q) => q.eq('agentId', agentId).eq('revokedAt', undefined))
    .take(maxKeys);
}

/** Ends at once; revoking again changes nothing. */
export async function revokeKey(ctx: MutationCtx, key: Doc<'agentKeys'>): Promise<void> {
  if (key.revokedAt !== undefined) return;
  await ctx.db.patch(key._id, { revokedAt: Date.now() });
  await dismissIfSilent(ctx, key.agentId);
}

export interface KeyHolder {
  key: Doc<'agentKeys'>;
  agent: Doc<'agents'>;
}

/** [P1] Who holds the key with this hash; null alike for unknown, revoked and the key of an agent that is switched off. */
export async function findKeyHolder(ctx: Pick<QueryCtx, 'db'>, hash: string): Promise<KeyHolder | null> {
  const key = await ctx.db
    .query('agentKeys')
    .withIndex('by_hash', (q) => q.eq('hash', hash))
    .unique();
  if (key === null || key.revokedAt !== undefined) return null;
  const agent = await ctx.db.get(key.agentId);
  return agent === null || !agent.active ? null : { key, agent };
}

const usedEveryMs = 60_000;

/** Throttled: a busy agent does not write its key row at every call. */
export async function noteKeyUsed(ctx: MutationCtx, key: Doc<'agentKeys'>): Promise<void> {
  const now = Date.now();
  if (now - (key.lastUsedAt ?? 0) >= usedEveryMs) await ctx.db.patch(key._id, { lastUsedAt: now });
}
