/** Teams and the people in them. */
import { defineTable } from 'convex/server';
import { v } from 'convex/values';
import { vAssignmentMode } from '../shared/routing/routing';
import { formerMemberFields } from './former';
import { vPickUp } from '../shared/routing/pickUp';
import { vWhenHolderVanishes } from '../shared/control/vanished';
import { vCalendar } from '../shared/kit/calendar';
import { vKeptTargets } from '../shared/tickets/targets';
import { vDowngrade, vMemberStatus, vRole } from '../shared/people/people';

export const peopleTables = {
  /** One row. Written by set-up and by an owner's switch; read before any team may be created (R1). */
  installation: defineTable({
    allowFurtherTeams: v.boolean(),
  }),

  /** The tenant and its settings. Written by managers; cool. */
  teams: defineTable({
    name: v.string(),
    assignmentMode: vAssignmentMode,
    /** H6: how long a customer waits for the agent before it is a handover. */
    answerDeadlineMs: v.number(),
    /** C12; absent: the default. */
    whenHolderVanishes: v.optional(vWhenHolderVanishes),
    /** T4: resolved tickets close by themselves after this. */
    closeAfterMs: v.number(),
    /** A9; absent: the default. */
    pickUp: v.optional(vPickUp),
    /** T7; absent: none. */
    targets: v.optional(vKeptTargets),
  }),

  /**
   * H1, H5: when people are there; one row a team that has said so. Written by model/kit/calendars.ts; cool, and read by rules,
   * by what customers are told and by their pages.
   */
  calendars: defineTable({ teamId: v.id('teams'), ...vCalendar.fields }).index('by_teamId', ['teamId']),

  /** A person in a team. `removedAt` ends every right at once; rows are kept for history. */
  members: defineTable({
    teamId: v.id('teams'),
    userId: v.id('users'),
    role: vRole,
    name: v.string(),
    email: v.string(),
    /** A3: automatic work stops at this load. */
    limit: v.number(),
    removedAt: v.optional(v.number()),
    /** M3: stands below what they write by mail. */
    signature: v.optional(v.string()),
    ...formerMemberFields,
  })
    .index('by_teamId_and_userId', ['teamId', 'userId'])
    .index('by_teamId_and_removedAt', ['teamId', 'removedAt'])
    .index('by_userId', ['userId']),

  /**
   * E5: what opens the shared reads of a role, one row a team and role. Written by model/people/readKeys.ts: turned daily and
   * with every loss of a right.
   */
  readKeys: defineTable({
    teamId: v.id('teams'),
    role: vRole,
    key: v.string(),
    turnedAt: v.number(),
  })
    .index('by_teamId_and_role', ['teamId', 'role'])
    .index('by_turnedAt', ['turnedAt']),

  /** Availability, apart from `members` because it changes all day (A2). One row a member. */
  memberStatuses: defineTable({
    teamId: v.id('teams'),
    memberId: v.id('members'),
    declared: vMemberStatus,
    /** What routing uses: declared, or less when the system downgraded it. */
    effective: vMemberStatus,
    downgrade: v.optional(vDowngrade),
    connected: v.boolean(),
    /** When `effective` last changed. */
    since: v.number(),
    setBy: v.id('members'),
    /** C12: since when they are offline or disconnected; absent while they are there. */
    goneSince: v.optional(v.number()),
    /**
     * A8, while this member ramps up on a backlog: since when, their first share (absent until the next pass has
     * measured the backlog), and what they were given since.
     */
    eligibleSince: v.optional(v.number()),
    rampShare: v.optional(v.number()),
    rampGiven: v.optional(v.number()),
    /** Of before: an alarm has its place (tables/alarms.ts). */
    rampWakeAt: v.optional(v.number()),
  })
    .index('by_memberId', ['memberId'])
    .index('by_teamId_and_effective', ['teamId', 'effective'])
    /** Who ramps up. */
    .index('by_teamId_and_eligibleSince', ['teamId', 'eligibleSince']),

  /** Heartbeats: the hottest facts, read only by the presence check. One row per open tab; swept when stale. */
  connections: defineTable({
    teamId: v.id('teams'),
    memberId: v.id('members'),
    sessionId: v.string(),
    lastSeenAt: v.number(),
    lastActiveAt: v.number(),
  })
    .index('by_memberId_and_sessionId', ['memberId', 'sessionId'])
    .index('by_lastSeenAt', ['lastSeenAt']),

  invitations: defineTable({
    teamId: v.id('teams'),
    email: v.string(),
    role: vRole,
    tokenHash: v.string(),
    invitedBy: v.id('members'),
    expiresAt: v.number(),
    acceptedAt: v.optional(v.number()),
    revokedAt: v.optional(v.number()),
  })
    .index('by_tokenHash', ['tokenHash'])
    .index('by_teamId_and_email', ['teamId', 'email'])
    .index('by_teamId_and_acceptedAt_and_revokedAt', ['teamId', 'acceptedAt', 'revokedAt'])
    .index('by_invitedBy', ['invitedBy']),

  /**
   * Tries at passwords and codes in the last 15 minutes, by whom they count against: an account (its address hashed), a known
   * browser, a session, a link, a source. Written by model/people/tries.ts; swept when over.
   */
  tries: defineTable({
    key: v.string(),
    triedAt: v.array(v.number()),
    lastAt: v.number(),
  })
    .index('by_key', ['key'])
    .index('by_lastAt', ['lastAt']),

  /** Codes beside the password. Written by model/people/secondFactors.ts; one row for each who turned them on. */
  secondFactors: defineTable({
    userId: v.id('users'),
    /** Base32, 160 bits; shared with the person's app. Sealed (model/kit/secrets.ts), except in rows of before. */
    secret: v.string(),
    /** The time step of the last code that was right: none works twice. */
    lastStep: v.number(),
    /** Of the codes for whoever lost their app; one that was used is taken out. */
    recoveryHashes: v.array(v.string()),
    since: v.number(),
  }).index('by_userId', ['userId']),

  /**
   * One-time links to a new password. Written by model/people/resetLinks.ts; a user has one that was made and one that was asked
   * for, at most; swept when over.
   */
  resetLinks: defineTable({
    userId: v.id('users'),
    tokenHash: v.string(),
    /** Absent: nobody's: the command on the server, or who forgot it. */
    madeBy: v.optional(v.id('members')),
    /** Who forgot it asked for it: this team's mail carries it. */
    mailedBy: v.optional(v.id('teams')),
    clearsSecondFactor: v.boolean(),
    expiresAt: v.number(),
  })
    .index('by_tokenHash', ['tokenHash'])
    .index('by_userId', ['userId'])
    .index('by_expiresAt', ['expiresAt']),

  /** R3: append-only. Ids and facts, never message bodies or secrets. */
  auditLog: defineTable({
    teamId: v.id('teams'),
    actorMemberId: v.optional(v.id('members')),
    action: v.string(),
    subject: v.string(),
    detail: v.optional(v.string()),
    /** Whose address it was about: the log itself holds none, so erasing the customer erases it here too. */
    identityId: v.optional(v.id('customerIdentities')),
    at: v.number(),
  }).index('by_teamId_and_at', ['teamId', 'at']),
};
