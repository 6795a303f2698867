/** An agent's ordered handover rules: writing them and rehearsing them (docs/rules.md H1, H3). */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { appError } from '../kit/errors';
import type { RuleCondition, RuleOutcome } from '../../shared/agents/handover';
import { listRules, maxRules } from './handover';
import { cleanName } from '../kit/names';
import { isLonger, isVisible } from '../../shared/kit/text';
import { cleanTags, followed, type TagChange } from '../../shared/tickets/tags';
import { maxTagLength } from '../../shared/tickets/tickets';
import { followTags } from '../tickets/tagChanges';

const maxConditions = 20;
const maxWords = 100;
/** Of a keyword, a topic, a condition: they are read with every turn, and told where a rule is near. */
const maxConditionText = 200;
const maxTextToCustomer = 1_000;
const maxTags = 20;

/** Adds a rule at the end, or changes one in place. */
export async function saveRule(
  ctx: MutationCtx,
  agent: Doc<'agents'>,
  existing: Doc<'handoverRules'> | null,
  rule: { name: string; when: RuleCondition[]; outcome: RuleOutcome },
): Promise<Id<'handoverRules'>> {
  const fields = checkRule(rule);
  const { outcome } = fields;
  if (outcome.handOver)
    fields.outcome = { ...outcome, tags: await followTags(ctx, agent.teamId, outcome.tags) };
  if (existing !== null) {
    if (existing.agentId !== agent._id) throw appError('NOT_FOUND', 'No such rule.');
    await ctx.db.patch(existing._id, fields);
    return existing._id;
  }
  const rules = await listRules(ctx, agent._id);
  if (rules.length >= maxRules) throw appError('INVALID_INPUT', `An agent has at most ${maxRules} rules.`);
  const position = (rules.at(-1)?.position ?? -1) + 1;
  return ctx.db.insert('handoverRules', { teamId: agent.teamId, agentId: agent._id, position, ...fields });
}

/** As it stands in a form: one that could not be saved yet, or never, matches nothing. */
export function unsavedRule<R extends { when: RuleCondition[] }>(written: R): R {
  const { when } = written;
  const isWhole = when.length <= maxConditions && when.every((condition) => faultOf(condition) === null);
  return isWhole ? written : { ...written, when: [] };
}

function checkRule({ name, when, outcome }: { name: string; when: RuleCondition[]; outcome: RuleOutcome }) {
  if (when.length === 0 || when.length > maxConditions) {
    throw appError('INVALID_INPUT', `A rule has 1 to ${maxConditions} conditions.`);
  }
  const fault = when.map(faultOf).find((each) => each !== null);
  if (fault) throw appError('INVALID_INPUT', fault);
  if (outcome.handOver && (outcome.textToCustomer?.length ?? 0) > maxTextToCustomer) {
    throw appError('INVALID_INPUT', `The text to the customer has at most ${maxTextToCustomer} characters.`);
  }
  if (outcome.handOver && outcome.tags.length > maxTags) {
    throw appError('INVALID_INPUT', `A rule sets at most ${maxTags} tags.`);
  }
  if (outcome.handOver && outcome.tags.some((tag) => isLonger(tag.trim(), maxTagLength))) {
    throw appError('INVALID_INPUT', `A tag has at most ${maxTagLength} characters.`);
  }
  const clean = when.map((condition) =>
    condition.type === 'keywords'
      ? { ...condition, anyOf: condition.anyOf.map((word) => word.trim()).filter(isVisible) }
      : condition,
  );
  return { name: cleanName(name, "The rule's name"), when: clean, outcome: cleanOutcome(outcome) };
}

function cleanOutcome(outcome: RuleOutcome): RuleOutcome {
  if (!outcome.handOver) return outcome;
  const tags = cleanTags(outcome.tags);
  const textToCustomer = outcome.textToCustomer?.trim();
  const { priority } = outcome;
  return textToCustomer && isVisible(textToCustomer)
    ? { handOver: true, priority, tags, textToCustomer }
    : { handOver: true, priority, tags };
}

const isShort = (text: string) => text.length <= maxConditionText;

/** Why a condition can never hold or always would, or is too long; or null. */
function faultOf(condition: RuleCondition): string | null {
  switch (condition.type) {
    case 'keywords': {
      const words = condition.anyOf.filter(isVisible);
      if (words.length === 0 || words.length > maxWords) return `Give 1 to ${maxWords} keywords.`;
      return words.every(isShort) ? null : `A keyword has at most ${maxConditionText} characters.`;
    }
    case 'topic':
      if (!isVisible(condition.topic)) return 'Name the topic.';
      return isShort(condition.topic) ? null : `A topic has at most ${maxConditionText} characters.`;
    case 'reported':
      if (!isVisible(condition.condition)) return 'Name the condition that the agent reports.';
      return isShort(condition.condition) ? null : `A condition has at most ${maxConditionText} characters.`;
    case 'sentiment':
      return condition.atMost >= -1 && condition.atMost <= 1 ? null : 'A sentiment is between -1 and 1.';
    case 'lowConfidence':
      return condition.below > 0 && condition.below <= 1 ? null : 'A confidence is between 0 and 1.';
    case 'turnsWithoutResolution':
      return Number.isInteger(condition.atLeast) && condition.atLeast >= 1
        ? null
        : 'Give a number of turns from 1.';
    default:
      return null;
  }
}

/** [T7] Where an agent's rules set a tag that has another name now, or none. */
export async function renameInRules(
  ctx: MutationCtx,
  agentId: Id<'agents'>,
  change: TagChange,
): Promise<void> {
  for (const { _id, outcome } of await listRules(ctx, agentId)) {
    if (!outcome.handOver || !outcome.tags.includes(change.from)) continue;
    await ctx.db.patch(_id, { outcome: { ...outcome, tags: followed(outcome.tags, [change]) } });
  }
}

/** To the place `to` (0 = first); the others close up. Positions stay 0, 1, 2… */
export async function moveRule(ctx: MutationCtx, rule: Doc<'handoverRules'>, to: number): Promise<void> {
  const rules = (await listRules(ctx, rule.agentId)).filter(({ _id }) => _id !== rule._id);
  const place = Math.max(0, Math.min(rules.length, Math.trunc(to)));
  rules.splice(place, 0, rule);
  for (const [position, each] of rules.entries()) {
    if (each.position !== position) await ctx.db.patch(each._id, { position });
  }
}
