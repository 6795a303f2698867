/** When an agent hands over (docs/rules.md H1), and the rehearsal of its rules (H3). */
import { v } from 'convex/values';
import type { Id } from './_generated/dataModel';
import { operatorMutation, operatorQuery } from './functions';
import { loadAgentFor, loadHandoverRuleFor } from './model/kit/access';
import { audit } from './model/kit/audit';
import { findArticles } from './model/agents/articles';
import { listRules } from './model/agents/handover';
import { moveRule, saveRule } from './model/agents/handoverRules';
import { rehearsePast } from './model/agents/rehearsal';
import { vRuleCondition, vRuleOutcome } from './shared/agents/handover';
import { judgedPart } from './shared/agents/judged';
import { judgeText } from './shared/agents/knowledgeTurn';
import { Library } from './shared/agents/library';
import { tryRules } from './shared/agents/ruleJudging';

const rule = { name: v.string(), when: v.array(vRuleCondition), outcome: vRuleOutcome };

export const list = operatorQuery('handoverRules.read')({
  args: { agentId: v.id('agents') },
  returns: v.array(v.object({ _id: v.id('handoverRules'), position: v.number(), ...rule })),
  handler: async (ctx, { agentId }) => {
    const agent = await loadAgentFor(ctx, ctx.member, agentId);
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
const tryOut = operatorQuery('handoverRules.read')({
  args: {
    agentId: v.id('agents'),
    text: v.string(),
    /** Instant, ms, from which the text's dates are told. */
    now: v.number(),
    reported: v.optional(v.array(v.string())),
  },
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
  handler: async (ctx, { teamId, agentId, text, now, reported = [] }) => {
    const agent = await loadAgentFor(ctx, ctx.member, agentId);
    const articles = await findArticles(ctx, teamId, [judgedPart([{ text }]).text]);
    const known = new Library<Id<'articles'>>(articles);
    const { facts, best, asksForPerson, isTooLong } = judgeText({ text, at: now }, known, now, reported);
    const trials = tryRules(await listRules(ctx, agent._id), facts);
    const fired = trials.find(({ matched }) => matched)?.rule;
    return {
      asksForPerson,
      confidence: facts.confidence,
      article: best === null || facts.noAnswer ? null : { articleId: best.id, title: best.title },
      reported: [...facts.reported],
      fired: fired === undefined ? null : { ruleId: fired._id, name: fired.name, outcome: fired.outcome },
      handsOver: asksForPerson || isTooLong || fired?.outcome.handOver === true,
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

/** [H3] The agent's newest conversations: which messages these rules would hand over, and which conversations not. */
export const rehearse = operatorQuery('handoverRules.read')({
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
  handler: async (ctx, { agentId, rules }) => {
    const agent = await loadAgentFor(ctx, ctx.member, agentId);
    return rehearsePast(ctx, agent, rules ?? (await listRules(ctx, agent._id)));
  },
});
