/** Teams and membership (docs/rules.md R1): who belongs, in which role, and that a team always keeps an owner. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import type { CaseCtx } from '../conversation/case';
import { appError } from '../kit/errors';
import { cleanName } from '../kit/names';
import { firstCharacters, isVisible } from '../../shared/kit/text';
import { defaultLimit, maxSignature, type Role } from '../../shared/people/people';
import { turnKeys } from './readKeys';
import { createStatus } from './statuses';
import { maxMembersPerTeam } from '../../shared/routing/routing';
import { ensureLoad } from '../routing/load';
import { turnCounter } from '../routing/turns';

const maxLimit = 99;

/** Makes a user a member, or an earlier member one again; their old row keeps its history. */
export async function joinTeam(
  ctx: MutationCtx,
  args: { teamId: Id<'teams'>; userId: Id<'users'>; role: Role; name: string; email: string },
): Promise<Doc<'members'>> {
  const former = await ctx.db
    .query('members')
    .withIndex('by_teamId_and_userId', (q) => q.eq('teamId', args.teamId).eq('userId', args.userId))
    .unique();
  if (former !== null && former.removedAt === undefined) {
    throw appError('ALREADY_MEMBER', 'You are already a member of this team.');
  }
  await requireRoom(ctx, args.teamId);
  const turn = (await turnCounter(ctx, args.teamId))?.lastTurn ?? 0;
  if (former !== null) {
    const { role, name, email } = args;
    await ctx.db.patch(former._id, { role, name, email, removedAt: undefined });
    const member = must(await ctx.db.get(former._id));
    await ensureLoad(ctx, member, turn);
    return member;
  }
  const memberId = await ctx.db.insert('members', { ...args, limit: defaultLimit });
  const member = must(await ctx.db.get(memberId));
  await createStatus(ctx, member);
  await ensureLoad(ctx, member, turn);
  return member;
}

export function activeMembers(ctx: Pick<QueryCtx, 'db'>, teamId: Id<'teams'>): Promise<Doc<'members'>[]> {
  return ctx.db
    .query('members')
    .withIndex('by_teamId_and_removedAt', (q) => q.eq('teamId', teamId).eq('removedAt', undefined))
    .take(maxMembersPerTeam);
}

export async function changeRole(ctx: CaseCtx, member: Doc<'members'>, role: Role): Promise<void> {
  if (member.role === role) return;
  if (member.role === 'owner') await requireAnotherOwner(ctx, member);
  await ctx.db.patch(member._id, { role });
  await turnKeys(ctx, member.teamId);
  ctx.unsettled.bells.add(member.teamId);
}

export async function changeLimit(ctx: CaseCtx, member: Doc<'members'>, limit: number): Promise<void> {
  if (!Number.isInteger(limit) || limit < 0 || limit > maxLimit) {
    throw appError('INVALID_INPUT', `A limit is a whole number from 0 to ${maxLimit}.`);
  }
  if (member.limit === limit) return;
  await ctx.db.patch(member._id, { limit });
  ctx.unsettled.bells.add(member.teamId);
}

/** Returns it as it is kept. */
export async function changeName(ctx: MutationCtx, member: Doc<'members'>, text: string): Promise<string> {
  const name = cleanName(text, 'Your name');
  if (name !== member.name) await ctx.db.patch(member._id, { name });
  return name;
}

/** Below what they write by mail; one of which nothing is seen is none. */
export async function changeSignature(ctx: MutationCtx, member: Doc<'members'>, text: string): Promise<void> {
  const signature = text.trim();
  if (firstCharacters(signature, maxSignature) !== signature) {
    throw appError('INVALID_INPUT', `A signature has at most ${maxSignature} characters.`);
  }
  await ctx.db.patch(member._id, { signature: isVisible(signature) ? signature : undefined });
}

/** A team is never left without an owner. */
export async function requireAnotherOwner(ctx: Pick<QueryCtx, 'db'>, member: Doc<'members'>): Promise<void> {
  const members = await activeMembers(ctx, member.teamId);
  if (!members.some((other) => other.role === 'owner' && other._id !== member._id)) {
    throw appError('LAST_OWNER', 'A team needs an owner: make somebody else an owner first.');
  }
}

/** Asked before somebody signs up to join, too. */
export async function requireRoom(ctx: Pick<QueryCtx, 'db'>, teamId: Id<'teams'>): Promise<void> {
  const members = await activeMembers(ctx, teamId);
  if (members.length >= maxMembersPerTeam) {
    throw appError('INVALID_INPUT', `A team has at most ${maxMembersPerTeam} members.`);
  }
}

function must<T>(value: T | null): T {
  if (value === null) throw new Error('A row written in this transaction is not there.');
  return value;
}
