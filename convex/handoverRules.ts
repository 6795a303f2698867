/** When an agent hands over (docs/rules.md H1), and the rehearsal of its rules (H3). */
import { v } from 'convex/values';
import { internal } from './_generated/api';
import type { Doc, Id } from './_generated/dataModel';
import { type ActionCtx, operatorAction, operatorMutation, sharedQuery } from './functions';
import { loadAgentFor, loadHandoverRuleFor } from './model/kit/access';
import { audit } from './model/kit/audit';
import { appError } from './model/kit/errors';
import { listRules } from './model/agents/handover';
import { moveRule, saveRule, unsavedRule } from './model/agents/handoverRules';
import type { PageOfArticles } from './model/agents/rehearsal';
import { vRuleCondition, vRuleOutcome } from './shared/agents/handover';
import { judgedPart } from './shared/agents/judged';
import { type Article, Library } from './shared/agents/library';
import {
  lineTo,
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
    await audit(ctx, { teamId, actor: ctx.member, action: 'handoverRule.saved', subject, detail: name });
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
    const moved = await loadHandoverRuleFor(ctx, ctx.member, ruleId);
    await moveRule(ctx, moved, to);
    const [action, detail] = ['handoverRule.moved' as const, moved.name];
    await audit(ctx, { teamId, actor: ctx.member, action, subject: ruleId, detail });
    return null;
  },
});

const vRuleId = v.union(v.id('handoverRules'), v.null());
const vFired = v.object({ ruleId: vRuleId, name: v.string(), outcome: vRuleOutcome });

/**
 * Which rule would fire for this message and why; nothing is sent and nothing is stored. `unsaved`: a rule as it is being written,
 * in the place of the saved one or at the end; its `ruleId` is null while it is new.
 */
const tryOut = operatorAction(
  'handoverRules.read',
  'trialsOfTeam',
)({
  args: {
    agentId: v.id('agents'),
    text: v.string(),
    reported: v.optional(v.array(v.string())),
    unsaved: v.optional(v.object({ ruleId: vRuleId, ...rule })),
  },
  returns: v.object({
    /** The customer asks for a person: that is always a handover, the rule only sets priority, tags and text. */
    asksForPerson: v.boolean(),
    confidence: v.number(),
    article: v.union(v.object({ articleId: v.id('articles'), title: v.string() }), v.null()),
    reported: v.array(v.string()),
    fired: v.union(vFired, v.null()),
    handsOver: v.boolean(),
    /** What the customer would read; null: the agent writes it elsewhere. */
    line: v.union(v.string(), v.null()),
    trials: v.array(
      v.object({
        ruleId: vRuleId,
        name: v.string(),
        matched: v.boolean(),
        conditions: v.array(v.object({ holds: v.boolean(), because: v.string() })),
      }),
    ),
  }),
  handler: async (ctx, { teamId, agentId, text, reported = [], unsaved }) => {
    const about = { teamId, agentId, text: judgedPart([{ text }]).text };
    const { kind, articles, calendar, ...saved } = (await ctx.runQuery(
      internal.agents.trials.forOne,
      about,
    )) as ForOne;
    const known = new Library<Id<'articles'>>(articles);
    const rules = withUnsaved(saved.rules, unsaved);
    const when = { now: Date.now(), calendar };
    const { fired, trials, ...tried } = tryOn(text, known, rules, when, reported);
    return {
      ...tried,
      line: kind === 'knowledge' ? lineTo(text, articles, rules, when) : null,
      fired: fired === undefined ? null : { ruleId: fired.ruleId, name: fired.name, outcome: fired.outcome },
      trials: trials.map(({ rule: { ruleId, name }, matched, conditions }) => ({
        ruleId,
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

type Tried = Pick<Doc<'handoverRules'>, 'name' | 'when' | 'outcome'> & { ruleId: Id<'handoverRules'> | null };

function withUnsaved(saved: Doc<'handoverRules'>[], unsaved: Tried | undefined): Tried[] {
  const rules: Tried[] = saved.map(({ _id: ruleId, name, when, outcome }) => ({
    ruleId,
    name,
    when,
    outcome,
  }));
  if (unsaved === undefined) return rules;
  const written = unsavedRule(unsaved);
  const place = rules.findIndex(({ ruleId }) => ruleId === unsaved.ruleId);
  if (place !== -1) return rules.with(place, written);
  if (unsaved.ruleId !== null) throw appError('NOT_FOUND', 'No such rule.');
  return [...rules, written];
}

interface ForOne {
  kind: Doc<'agents'>['kind'];
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
