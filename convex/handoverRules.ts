/** When an agent hands over (docs/rules.md H1), and the rehearsal of its rules (H3). */
import { v } from 'convex/values';
import { internal } from './_generated/api';
import type { Doc, Id } from './_generated/dataModel';
import { type ActionCtx, operatorAction, operatorMutation, sharedQuery } from './functions';
import { loadAgentFor, loadHandoverRuleFor } from './model/kit/access';
import { audit } from './model/kit/audit';
import { listRules } from './model/agents/handover';
import { moveRule, saveRule } from './model/agents/handoverRules';
import type { PageOfArticles } from './model/agents/rehearsal';
import { vRuleCondition, vRuleOutcome } from './shared/agents/handover';
import { judgedPart } from './shared/agents/judged';
import { type Article, Library } from './shared/agents/library';
import {
  type PastConversation,
  rehearse as rehearseOne,
  type Rehearsed,
  tryOn,
} from './shared/agents/rehearsal';
import type { OpenTimes } from './shared/kit/calendar';

const rule = { name: v.string(), when: v.array(vRuleCondition), outcome: vRuleOutcome };

export const list = sharedQuery('handoverRules.read')({
  args: { agentId: v.id('agents') },
  returns: v.array(v.object({ _id: v.id('handoverRules'), position: v.number(), ...rule })),
  handler: async (ctx, { teamId, agentId }) => {
    const agent = await loadAgentFor(ctx, { teamId }, agentId);
    const rules = await listRules(ctx, agent._id);
    return rules.map(({ _id, position, name, when, outcome }) => ({ _id, position, name, when, outcome }));
  },
});

/** Without an id it adds a rule at the end. */
export const save = operatorMutation('handoverRules.manage')({
  args: { agentId: v.id('agents'), ruleId: v.optional(v.id('handoverRules')), ...rule },
  returns: v.id('handoverRules'),
  handler: async (ctx, { teamId, agentId, ruleId, name, when, outcome }) => {
    const agent = await loadAgentFor(ctx, ctx.member, agentId);
    const existing = ruleId === undefined ? null : await loadHandoverRuleFor(ctx, ctx.member, ruleId);
    const subject = await saveRule(ctx, agent, existing, { name, when, outcome });
    await audit(ctx, { teamId, actor: ctx.member, action: 'handoverRule.saved', subject });
    return subject;
  },
});

export const remove = operatorMutation('handoverRules.manage')({
  args: { ruleId: v.id('handoverRules') },
  returns: v.null(),
  handler: async (ctx, { teamId, ruleId }) => {
    const { name: detail } = await loadHandoverRuleFor(ctx, ctx.member, ruleId);
    await ctx.db.delete(ruleId);
    await audit(ctx, { teamId, actor: ctx.member, action: 'handoverRule.removed', subject: ruleId, detail });
    return null;
  },
});

/** `to`: the place in the list, 0 is first. */
export const move = operatorMutation('handoverRules.manage')({
  args: { ruleId: v.id('handoverRules'), to: v.number() },
  returns: v.null(),
  handler: async (ctx, { teamId, ruleId, to }) => {
    await moveRule(ctx, await loadHandoverRuleFor(ctx, ctx.member, ruleId), to);
    await audit(ctx, { teamId, actor: ctx.member, action: 'handoverRule.moved', subject: ruleId });
    return null;
  },
});

const vFired = v.object({ ruleId: v.id('handoverRules'), name: v.string(), outcome: vRuleOutcome });

/** Which rule would fire for this message and why; nothing is sent and nothing is stored. */
const tryOut = operatorAction(
  'handoverRules.read',
  'trialsOfTeam',
)({
  args: { agentId: v.id('agents'), text: v.string(), reported: v.optional(v.array(v.string())) },
  returns: v.object({
    /** The customer asks for a person: that is always a handover, the rule only sets priority, tags and text. */
    asksForPerson: v.boolean(),
    confidence: v.number(),
    article: v.union(v.object({ articleId: v.id('articles'), title: v.string() }), v.null()),
    reported: v.array(v.string()),
    fired: v.union(vFired, v.null()),
    handsOver: v.boolean(),
    trials: v.array(
      v.object({
        ruleId: v.id('handoverRules'),
        name: v.string(),
        matched: v.boolean(),
        conditions: v.array(v.object({ holds: v.boolean(), because: v.string() })),
      }),
    ),
  }),
  handler: async (ctx, { teamId, agentId, text, reported = [] }) => {
    const about = { teamId, agentId, text: judgedPart([{ text }]).text };
    const { articles, rules, calendar } = (await ctx.runQuery(
      internal.agents.trials.forOne,
      about,
    )) as ForOne;
    const known = new Library<Id<'articles'>>(articles);
    const { fired, trials, ...tried } = tryOn(text, known, rules, { now: Date.now(), calendar }, reported);
    return {
      ...tried,
      fired: fired === undefined ? null : { ruleId: fired._id, name: fired.name, outcome: fired.outcome },
      trials: trials.map(({ rule: { _id, name }, matched, conditions }) => ({
        ruleId: _id,
        name,
        matched,
        conditions,
      })),
    };
  },
});
export { tryOut as try };

/**
 * [H3] The agent's newest conversations: which messages these rules would hand over, and which conversations not. Takes its
 * time: what is read comes in small parts, and what is judged holds nobody up.
 */
export const rehearse = operatorAction(
  'handoverRules.read',
  'trialsOfTeam',
)({
  args: { agentId: v.id('agents'), rules: v.optional(v.array(v.object(rule))) },
  returns: v.array(
    v.object({
      conversationId: v.id('conversations'),
      subject: v.string(),
      handsOver: v.boolean(),
      rule: v.union(v.string(), v.null()),
      message: v.union(v.object({ sequence: v.number(), text: v.string() }), v.null()),
    }),
  ),
  handler: async (ctx, { teamId, agentId, rules }) => {
    const ofAgent = { teamId, agentId };
    const past = (await ctx.runQuery(internal.agents.trials.conversations, ofAgent)) as Past;
    const known = new Library<Id<'articles'>>(await readArticles(ctx, teamId));
    const rehearsed: Rehearsed<Id<'conversations'>>[] = [];
    while (rehearsed.length < past.conversations.length) {
      const conversationIds = past.conversations.slice(rehearsed.length);
      const page = { teamId, conversationIds };
      const conversations = (await ctx.runQuery(internal.agents.trials.past, page)) as PastConversation<
        Id<'conversations'>
      >[];
      for (const each of conversations)
        rehearsed.push(rehearseOne(each, known, rules ?? past.rules, past.calendar));
    }
    return rehearsed;
  },
});

interface ForOne {
  articles: Article<Id<'articles'>>[];
  rules: Doc<'handoverRules'>[];
  calendar: OpenTimes | undefined;
}

interface Past {
  conversations: Id<'conversations'>[];
  rules: Doc<'handoverRules'>[];
  calendar: OpenTimes | undefined;
}

/** A rehearsal judges by the articles that were changed last. */
const maxRehearsed = 100;

async function readArticles(ctx: ActionCtx, teamId: Id<'teams'>): Promise<Article<Id<'articles'>>[]> {
  const all: Article<Id<'articles'>>[] = [];
  let cursor: string | null = null;
  do {
    const page = (await ctx.runQuery(internal.agents.trials.articles, { teamId, cursor })) as PageOfArticles;
    all.push(...page.articles);
    cursor = page.next;
  } while (cursor !== null && all.length < maxRehearsed);
  return all;
}
