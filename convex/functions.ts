/**
 * Every function of the desk is made here, and permission comes first (docs/rules.md R2, E1; docs/style.md Convex 1, 2).
 *
 * A builder decides who may call before the handler sees an argument. Answers tell a stranger nothing: not signed in
 * is NOT_SIGNED_IN; not a member of the team is NOT_FOUND, whether or not the team exists; a member whose role is too
 * low is NOT_ALLOWED. Documents are then loaded through model/kit/access.ts alone. What a mutation has opened is settled
 * here when its handler has returned (model/settle.ts). Nothing that is asked for from outside is written on a closed desk
 * (model/kit/closed.ts).
 */
import type { RegisteredAction, RegisteredMutation, RegisteredQuery } from 'convex/server';
import {
  type GenericValidator,
  type Infer,
  type ObjectType,
  type PropertyValidators,
  v,
} from 'convex/values';
import type { Doc, Id } from './_generated/dataModel';
import { internal } from './_generated/api';
import {
  action as rawAction,
  internalAction as rawInternalAction,
  internalMutation as rawInternalMutation,
  internalQuery as rawInternalQuery,
  mutation as rawMutation,
  query as rawQuery,
} from './_generated/server';
import type { ActionCtx, MutationCtx, QueryCtx } from './_generated/server';
import { requireOpen } from './model/kit/closed';
import { appError } from './model/kit/errors';
import { getCustomerSession, getMember, getUser } from './model/kit/identity';
import type { CaseCtx } from './model/conversation/case';
import { reserve } from './model/kit/requestWindows';
import { watchWrites } from './model/kit/writes';
import { opens } from './model/people/readKeys';
import { settled } from './model/settle';
import type { LimitName } from './shared/kit/limits';
import { isAllowed, leastRole, type Permission } from './shared/people/permissions';

export { httpAction } from './_generated/server';
export type { ActionCtx, CaseCtx, QueryCtx };

/** `args` and `returns` are both required on every function. */
interface Definition<
  Ctx,
  Args extends PropertyValidators,
  Returns extends GenericValidator,
  Extra = unknown,
> {
  args: Args;
  returns: Returns;
  handler: (ctx: Ctx, args: ObjectType<Args> & Extra) => Promise<Infer<Returns>> | Infer<Returns>;
}

type InTeam = { teamId: Id<'teams'> };
type WithTeam<Args extends PropertyValidators> = ObjectType<Args> & InTeam;
export type OfMember<Ctx> = Ctx & { member: Doc<'members'> };
type OfUser<Ctx> = Ctx & { user: Doc<'users'> };
type OfCustomer<Ctx> = Ctx & { session: Doc<'customerSessions'> };

/** The arguments of a function as its reference carries them. */
type Given<Args> = Args extends Record<string, unknown> ? Args : never;

// The builders name convex's own Registered… types: `api` and `internal` infer from these very aliases, and an alias of
// ours around them would make every reference's arguments and result unknown.

// The raw builders' overloads cannot follow generic validators; the types above are what callers see.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Raw = (definition: any) => any;

const notSignedIn = () => appError('NOT_SIGNED_IN', 'Sign in first.');
const notFound = () => appError('NOT_FOUND', 'There is nothing here that you can see.');

/** The gate of every operator function: the caller's membership in `teamId`, or a refusal. */
export async function requireMember(
  ctx: Pick<QueryCtx, 'auth' | 'db'>,
  teamId: Id<'teams'>,
  permission: Permission,
): Promise<Doc<'members'>> {
  const user = await getUser(ctx);
  if (user === null) throw notSignedIn();
  const member = await getMember(ctx, teamId, user._id);
  if (member === null) throw notFound();
  if (!isAllowed(member.role, permission)) throw appError('NOT_ALLOWED', 'Your role does not allow this.');
  return member;
}

export async function requireUser(ctx: Pick<QueryCtx, 'auth' | 'db'>): Promise<Doc<'users'>> {
  const user = await getUser(ctx);
  if (user === null) throw notSignedIn();
  return user;
}

async function requireCustomer(
  ctx: Pick<QueryCtx, 'auth' | 'db'>,
  now?: number,
): Promise<Doc<'customerSessions'>> {
  const session = await getCustomerSession(ctx);
  if (session === null || (now !== undefined && session.expiresAt <= now)) {
    throw appError('NOT_SIGNED_IN', 'This chat session has ended. Reload the page to start again.');
  }
  return session;
}

/**
 * Whose mutation goes first when many wait (docs/rules.md E4): operators' before those of agents and customers, takeovers
 * first of all. Our engine reads it at the push; for other deployments it is a property like any other.
 */
type WriteRank = 'first' | 'early';

function ranked<Registered extends object>(writeRank: WriteRank, registered: Registered): Registered {
  return Object.assign(registered, { writeRank });
}

/** Says in one sentence why a function or route has no limit of its own. */
export interface NoLimit {
  readonly none: string;
}
export type Limits = readonly LimitName[] | NoLimit;
export function noLimitNeeded(why: string): NoLimit {
  return { none: why };
}

/** Says of a function or route which limits it keeps (docs/rules.md E4): limits.test.ts walks them, docs/limits.md prints them. */
export function limited<Registered extends object>(limits: Limits, registered: Registered): Registered {
  return Object.assign(registered, { limits });
}

const ofUsers = noLimitNeeded(
  'Only for people with an account, who are known by name; what a call costs is bounded by its input.',
);
const ofShared = noLimitNeeded(
  "Whoever lacks the team's key gets one look-up; whoever has it shares one result with all others of the team.",
);
const ofReaders = noLimitNeeded(
  "Reads a bounded part of the customer's own conversation, and costs nothing while that has not changed.",
);

const inTeam = { teamId: v.id('teams') };

function settling<Args extends PropertyValidators, Returns extends GenericValidator>(
  definition: Definition<CaseCtx, Args, Returns>,
) {
  return {
    ...definition,
    handler: (ctx: MutationCtx, args: ObjectType<Args>) =>
      settled(ctx, (open) => definition.handler(open, args)),
  };
}

function whileOpen<Ctx, Args extends PropertyValidators, Returns extends GenericValidator>(
  definition: Definition<Ctx, Args, Returns>,
): Definition<Ctx, Args, Returns> {
  return {
    ...definition,
    handler: (ctx, args) => {
      requireOpen();
      return definition.handler(ctx, args);
    },
  };
}

export function operatorQuery(permission: Permission) {
  return <Args extends PropertyValidators, Returns extends GenericValidator>(
    definition: Definition<OfMember<QueryCtx>, Args, Returns, InTeam>,
  ): RegisteredQuery<'public', Given<WithTeam<Args>>, Promise<Infer<Returns>>> =>
    limited(
      ofUsers,
      (rawQuery as Raw)({
        args: { ...definition.args, ...inTeam },
        returns: definition.returns,
        handler: async (ctx: QueryCtx, args: WithTeam<Args>) => {
          const member = await requireMember(ctx, args.teamId, permission);
          return definition.handler({ ...ctx, member }, args);
        },
      }),
    );
}

/**
 * [E5] What everybody in a team sees alike: opened by the team's read key of the least role that may see it, with no identity
 * inside, so that all who ask are one live result. A key that is wrong, old, foreign, of another role or missing is answered
 * alike.
 */
export function sharedQuery(permission: Permission) {
  const role = leastRole(permission);
  return <Args extends PropertyValidators, Returns extends GenericValidator>(
    definition: Definition<QueryCtx, Args, Returns, InTeam>,
  ): RegisteredQuery<'public', Given<WithTeam<Args> & { readKey: string }>, Promise<Infer<Returns>>> =>
    limited(
      ofShared,
      (rawQuery as Raw)({
        args: { ...definition.args, ...inTeam, readKey: v.optional(v.string()) },
        returns: definition.returns,
        handler: async (ctx: QueryCtx, { readKey: key, ...args }: WithTeam<Args> & { readKey?: string }) => {
          const asked = args as unknown as WithTeam<Args>;
          if (!(await opens(ctx, { teamId: asked.teamId, role, key }))) throw notFound();
          return definition.handler(ctx, asked);
        },
      }),
    );
}

export function operatorMutation(permission: Permission, rank: WriteRank = 'early') {
  return <Args extends PropertyValidators, Returns extends GenericValidator>(
    definition: Definition<OfMember<CaseCtx>, Args, Returns, InTeam>,
  ): RegisteredMutation<'public', Given<WithTeam<Args>>, Promise<Infer<Returns>>> =>
    ranked(
      rank,
      limited(
        ofUsers,
        (rawMutation as Raw)({
          args: { ...definition.args, ...inTeam },
          returns: definition.returns,
          handler: async (ctx: MutationCtx, args: WithTeam<Args>) => {
            requireOpen();
            const member = await requireMember(ctx, args.teamId, permission);
            return settled({ ...ctx, member }, (open) => definition.handler(open, args));
          },
        }),
      ),
    );
}

/** What is done in an action is work: the team has so much of it (docs/rules.md E4). */
export function operatorAction(permission: Permission, limit: LimitName) {
  return <Args extends PropertyValidators, Returns extends GenericValidator>(
    definition: Definition<OfMember<ActionCtx>, Args, Returns, InTeam>,
  ): RegisteredAction<'public', Given<WithTeam<Args>>, Promise<Infer<Returns>>> =>
    limited(
      [limit],
      (rawAction as Raw)({
        args: { ...definition.args, ...inTeam },
        returns: definition.returns,
        handler: async (ctx: ActionCtx, args: WithTeam<Args>) => {
          requireOpen();
          const { teamId } = args;
          const { requireMemberOf, spendOfTeam } = internal.accounts.gate;
          const member = (await ctx.runQuery(requireMemberOf, { teamId, permission })) as Doc<'members'>;
          await ctx.runMutation(spendOfTeam, { teamId, limit });
          return definition.handler({ ...ctx, member }, args);
        },
      }),
    );
}

export function signedInQuery<Args extends PropertyValidators, Returns extends GenericValidator>(
  definition: Definition<OfUser<QueryCtx>, Args, Returns>,
): RegisteredQuery<'public', Given<ObjectType<Args>>, Promise<Infer<Returns>>> {
  return limited(
    ofUsers,
    (rawQuery as Raw)({
      ...definition,
      handler: async (ctx: QueryCtx, args: ObjectType<Args>) =>
        definition.handler({ ...ctx, user: await requireUser(ctx) }, args),
    }),
  );
}

export function signedInMutation<Args extends PropertyValidators, Returns extends GenericValidator>(
  definition: Definition<OfUser<CaseCtx>, Args, Returns>,
): RegisteredMutation<'public', Given<ObjectType<Args>>, Promise<Infer<Returns>>> {
  return ranked(
    'early',
    limited(
      ofUsers,
      (rawMutation as Raw)({
        ...definition,
        handler: async (ctx: MutationCtx, args: ObjectType<Args>) => {
          requireOpen();
          return settled({ ...ctx, user: await requireUser(ctx) }, (open) => definition.handler(open, args));
        },
      }),
    ),
  );
}

export function signedInAction<Args extends PropertyValidators, Returns extends GenericValidator>(
  definition: Definition<ActionCtx, Args, Returns>,
): RegisteredAction<'public', Given<ObjectType<Args>>, Promise<Infer<Returns>>> {
  return limited(
    ofUsers,
    (rawAction as Raw)({
      ...definition,
      handler: async (ctx: ActionCtx, args: ObjectType<Args>) => {
        requireOpen();
        await ctx.runQuery(internal.accounts.gate.requireSignedIn, {});
        return definition.handler(ctx, args);
      },
    }),
  );
}

/** For the customer whose session the token names. A query cannot know the time: expired rows go with the sweep. */
export function customerQuery() {
  return <Args extends PropertyValidators, Returns extends GenericValidator>(
    definition: Definition<OfCustomer<QueryCtx>, Args, Returns>,
  ): RegisteredQuery<'public', Given<ObjectType<Args>>, Promise<Infer<Returns>>> =>
    limited(
      ofReaders,
      (rawQuery as Raw)({
        ...definition,
        handler: async (ctx: QueryCtx, args: ObjectType<Args>) =>
          definition.handler({ ...ctx, session: await requireCustomer(ctx) }, args),
      }),
    );
}

/** For the customer whose session the token names, as often as the limit allows; what changes nothing is not counted. */
export function customerMutation(limit: LimitName) {
  return <Args extends PropertyValidators, Returns extends GenericValidator>(
    definition: Definition<OfCustomer<CaseCtx>, Args, Returns>,
  ): RegisteredMutation<'public', Given<ObjectType<Args>>, Promise<Infer<Returns>>> =>
    limited(
      [limit],
      (rawMutation as Raw)({
        ...definition,
        handler: async (ctx: MutationCtx, args: ObjectType<Args>) => {
          requireOpen();
          const session = await requireCustomer(ctx, Date.now());
          const count = await reserve(ctx, limit, session._id);
          const { db, hasWritten } = watchWrites(ctx.db);
          const result = await settled({ ...ctx, db, session }, (open) => definition.handler(open, args));
          if (hasWritten()) await count();
          return result;
        },
      }),
    );
}

/** Says in one sentence why a function may be called by anybody. */
export interface NoPermission {
  readonly why: string;
}
export function noPermissionNeeded(why: string): NoPermission {
  return { why };
}

export function publicQuery(_why: NoPermission, limits: Limits) {
  return <Args extends PropertyValidators, Returns extends GenericValidator>(
    definition: Definition<QueryCtx, Args, Returns>,
  ): RegisteredQuery<'public', Given<ObjectType<Args>>, Promise<Infer<Returns>>> =>
    limited(limits, (rawQuery as Raw)(definition));
}

export function publicMutation(_why: NoPermission, limits: Limits) {
  return <Args extends PropertyValidators, Returns extends GenericValidator>(
    definition: Definition<CaseCtx, Args, Returns>,
  ): RegisteredMutation<'public', Given<ObjectType<Args>>, Promise<Infer<Returns>>> =>
    limited(limits, (rawMutation as Raw)(settling(whileOpen(definition))));
}

export function publicAction(_why: NoPermission, limits: Limits) {
  return <Args extends PropertyValidators, Returns extends GenericValidator>(
    definition: Definition<ActionCtx, Args, Returns>,
  ): RegisteredAction<'public', Given<ObjectType<Args>>, Promise<Infer<Returns>>> =>
    limited(limits, (rawAction as Raw)(whileOpen(definition)));
}

export function internalQuery<Args extends PropertyValidators, Returns extends GenericValidator>(
  definition: Definition<QueryCtx, Args, Returns>,
): RegisteredQuery<'internal', Given<ObjectType<Args>>, Promise<Infer<Returns>>> {
  return (rawInternalQuery as Raw)(definition);
}

export function internalMutation<Args extends PropertyValidators, Returns extends GenericValidator>(
  definition: Definition<CaseCtx, Args, Returns>,
): RegisteredMutation<'internal', Given<ObjectType<Args>>, Promise<Infer<Returns>>> {
  return (rawInternalMutation as Raw)(settling(definition));
}

/** What becomes due (routing, the ends of snoozes and graces, owed answers): ranks with what operators do. */
export function deadlineMutation<Args extends PropertyValidators, Returns extends GenericValidator>(
  definition: Definition<CaseCtx, Args, Returns>,
): RegisteredMutation<'internal', Given<ObjectType<Args>>, Promise<Infer<Returns>>> {
  return ranked('early', internalMutation(definition));
}

/** What somebody outside waits to see stored: before what it means is worked out, or a burst were answered too late. */
export function intakeMutation<Args extends PropertyValidators, Returns extends GenericValidator>(
  definition: Definition<CaseCtx, Args, Returns>,
): RegisteredMutation<'internal', Given<ObjectType<Args>>, Promise<Infer<Returns>>> {
  return deadlineMutation(definition);
}

export function internalAction<Args extends PropertyValidators, Returns extends GenericValidator>(
  definition: Definition<ActionCtx, Args, Returns>,
): RegisteredAction<'internal', Given<ObjectType<Args>>, Promise<Infer<Returns>>> {
  return (rawInternalAction as Raw)(definition);
}
