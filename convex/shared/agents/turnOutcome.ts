/**
 * What a turn of the knowledge agent ends in, as it goes from where it was thought to where it is carried out
 * (docs/rules.md E4, H5). Pure. Every word that may be said is in it, so that carrying it out takes no look at any text.
 */
import { type GenericId, type Infer, v } from 'convex/values';
import { vBrief, vHandoverReason } from '../tickets/reasons';
import { type Rule, vRuleOutcome } from './handover';
import type { Heat } from './heat';
import { heatOf } from './heating';
import { decideFrom, type Decision, readTurn, type Turn } from './knowledgeTurn';
import { counted } from '../customer/words/catalogue';
import { en } from '../customer/words/en';
import type { OpenTimes } from '../kit/calendar';
import { isOpen } from '../kit/openTimes';
import { whenBack } from './whenBack';

export const vTurnOutcome = v.union(
  /** Nothing is owed any more. */
  v.object({ do: v.literal('nothing') }),
  /** It could not be judged. */
  v.object({ do: v.literal('fail') }),
  v.object({
    do: v.literal('answer'),
    text: v.string(),
    articleIds: v.array(v.id('articles')),
    /** Said as well, by whether somebody is there to answer. */
    when: v.optional(v.object({ somebodyIsHere: v.string(), nobodyIsHere: v.string() })),
  }),
  v.object({ do: v.literal('noteEmail'), text: v.string(), email: v.string() }),
  v.object({
    do: v.literal('handOver'),
    reason: vHandoverReason,
    /** As it was when it matched; it may have been changed or removed since. */
    rule: v.union(
      v.object({ _id: v.id('handoverRules'), name: v.string(), outcome: vRuleOutcome }),
      v.null(),
    ),
    text: v.string(),
    /** Said as well where nobody is there to answer, and then where the customer has left no address. */
    ifNobodyIsHere: v.string(),
    ifWithoutEmail: v.string(),
    /** The conversation had no active ticket. */
    isFirst: v.boolean(),
    brief: vBrief,
  }),
);
export type TurnOutcome = Infer<typeof vTurnOutcome>;

type ArticleId = GenericId<'articles'>;
type AgentRule = Rule & { _id: GenericId<'handoverRules'> };

/** Everything a turn is decided by, but for the time. */
export interface Material {
  turn: Omit<Turn<ArticleId, AgentRule>, 'now' | 'outsideOpeningHours' | 'isOutOfTime'>;
  /** Absent: not known when people are there. */
  calendar: OpenTimes | undefined;
  /** Where the customer's clock is known to be. */
  customerZone: string | undefined;
  /** How long it usually takes, minutes, while a person is awaited; null: too little is known. */
  usualWait?: UsualWait | null;
  /** [B5] What is at stake, where somebody has said. */
  orderValue?: number | undefined;
}

/** What a turn ends in, and [B5] how hot the conversation is by then; null where nothing is judged. */
interface JudgedTurn {
  outcome: TurnOutcome;
  heat: Heat | null;
}

/** `now`: an instant, ms. Throws what the judging throws. */
export function judgeTurn(material: Material, now: number, isOutOfTime: () => boolean): JudgedTurn {
  const { turn, calendar, customerZone, orderValue, usualWait } = material;
  if (turn.burst.length === 0) return { outcome: { do: 'nothing' }, heat: null };
  const outsideOpeningHours = calendar !== undefined && !isOpen(calendar, now);
  const ifAlone = () => whenAPersonAnswers(whenBack(calendar, customerZone, now));
  const usually = () => (outsideOpeningHours ? '' : usualWords(usualWait, now));
  const whole = { ...turn, now, outsideOpeningHours, isOutOfTime };
  const read = readTurn(whole);
  const { spoken, rules, names } = turn;
  const heat = isOutOfTime()
    ? null
    : heatOf({ spoken, facts: read.facts, rules, orderValue, ...(names && { names }) });
  return { outcome: asOutcome(decideFrom(whole, read), { ifAlone, usually }), heat };
}

interface Waits {
  ifAlone: () => string;
  usually: () => string;
}

function asOutcome(decision: Decision<ArticleId, AgentRule>, { ifAlone, usually }: Waits): TurnOutcome {
  if (decision.do === 'noteEmail') return decision;
  if (decision.do === 'sayAwaited') {
    const when = { somebodyIsHere: usually(), nobodyIsHere: ifAlone() };
    return { do: 'answer', text: decision.text, articleIds: [], when };
  }
  if (decision.do === 'answer') {
    const { text, articleIds } = decision;
    return { do: 'answer', text, articleIds };
  }
  const { reason, rule, text, isFirst, brief } = decision;
  const isNews = isFirst || reason === 'customerAsked';
  return {
    do: 'handOver',
    reason,
    rule: rule && { _id: rule._id, name: rule.name, outcome: rule.outcome },
    text,
    ifNobodyIsHere: isNews ? ifAlone() : '',
    ifWithoutEmail: isFirst ? askForEmail : '',
    isFirst,
    brief,
  };
}

interface UsualWait {
  minutes: number;
  /** An instant, ms: later it says nothing any more. */
  until: number;
}

/** As the chat says it (shared/customer/words). */
function usualWords(usual: UsualWait | null | undefined, now: number): string {
  if (!usual || now > usual.until) return '';
  const { minutes } = usual;
  const line =
    minutes < 120 ? counted(en.usualMinutes, 'en', minutes) : counted(en.usualHours, 'en', minutes / 60);
  return ` ${line}`;
}

const askForEmail = ' You may leave your email address here, so that they can reach you.';

/** [H5] The truth about when somebody will be there. */
function whenAPersonAnswers(back: string | null): string {
  return ` Nobody on the team is online right now. ${back ?? 'They will answer when the team is back'}.`;
}
