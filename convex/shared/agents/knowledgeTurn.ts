/**
 * One turn of the knowledge agent: from what the customer wrote to what is said and done about it (docs/rules.md P4,
 * H1, H2). Pure: reading the thread and sending the answer are agents/knowledge.ts.
 *
 *   a person is awaited, and it is only asked who is there ──▶ say so, and how long it takes
 *   asks for a person ──▶ hand over (customerAsked)
 *   too long to judge ──▶ hand over (agentAsked), in characters or in time; so are files without a word
 *   only courtesy ──────▶ courtesy back
 *   else: articles ranked ─▶ rules judged ─▶ first match hands over ─▶ hand over (rule)
 *                                         └▶ none, or "never" ──────▶ answer, ask, or say "I do not know"
 *   resolved in the last days, and not solved or not sure ─▶ hand over
 *
 * A handover ends the turn: its one line is all the customer hears in it (lesson L5). What an operator did before the last
 * boundary is knowledge, not a request: it can be quoted, and it never triggers a rule again (lesson L7).
 */
import { briefOf, guess, type Noted, type Spoken } from './brief';
import type { Rule, TurnFacts } from './handover';
import type { Brief, HandoverReason } from '../tickets/reasons';
import { type Found, findAnswers, libraryOf, type Told } from './answerFinding';
import { judgedPart } from './judged';
import { confidentFrom, guessFrom } from './knowledge';
import { asksForPerson } from './language/personRequest';
import { saysUnsolved } from './language/unsolved';
import { asksWhoIsThere } from './language/whoIsThere';
import { nameWords, type SmallTalk, smallTalkOf } from './language/smallTalk';
import type { OpenTimes } from '../kit/calendar';
import { isOpen } from '../kit/openTimes';
import { firstUnits, isVisible, shortened } from '../kit/text';
import { daysGoneBy, limitInDays } from './language/timeSpans';
import { termsOf, wordsOf } from './language/words';
import type { Article, Library } from './library';
import { firstMatch } from './ruleJudging';

export interface Turn<Id extends string, R extends Rule> {
  /** Since the last boundary, oldest first, the burst last. */
  spoken: readonly Spoken[];
  /** The customer's messages that nobody has answered. */
  burst: readonly Spoken[];
  /** Of who takes part: the agent, the customer, the last operator. */
  names?: readonly string[];
  /** What the last operator told and promised this customer, if a person was here before. */
  operator?: HumanStretch | undefined;
  /** Sequence of the last handover: turns are counted from there. */
  handedOverAt?: number;
  articles: readonly Article<Id>[];
  rules: readonly R[];
  /** Instant, ms. */
  now: number;
  outsideOpeningHours: boolean;
  hasActiveTicket: boolean;
  /** When the conversation's ticket was resolved, if it still is. */
  resolvedAt?: number | undefined;
  /** True once it has been thought about for too long: then a person reads it (E4). */
  isOutOfTime: () => boolean;
}

/** What the agent knows of the last stretch in which a person held (C10). */
export interface HumanStretch {
  name: string;
  said: string[];
  promised?: string | undefined;
  /** For the agent alone: it helps to find an answer and stands in the next brief, and is never said to the customer. */
  noted?: Noted | undefined;
}

export type Decision<Id extends string, R extends Rule> =
  | { do: 'answer'; text: string; articleIds: Id[]; confidence: number }
  | { do: 'noteEmail'; email: string; text: string }
  /** [H5] A person has been asked; when they will be there is said with it. */
  | { do: 'sayAwaited'; text: string }
  | {
      do: 'handOver';
      reason: HandoverReason;
      rule: R | null;
      text: string;
      /** False when the conversation has an active ticket: the farewell was said then (H4). */
      isFirst: boolean;
      brief: Brief;
      reported: string[];
    };

const offer = 'Shall I ask a person on our team to look at it?';
const courtesies: Record<SmallTalk, string> = {
  greeting: 'Hello! What can I do for you?',
  thanks: 'You are welcome. Write here whenever you need anything else.',
  goodbye: 'Goodbye! Write here whenever you need anything.',
  yes: 'All right. Write here whenever you need anything.',
  no: 'All right. Write here whenever you need anything.',
};
const dontKnow = 'I do not find an answer to that in our articles.';
const unclear = 'Could you tell me in a few more words what you need?';
const guessEnd = 'You can also tell me in a few more words, or ask for a person.';
/** [H7] So long a resolved conversation is remembered. */
const remembersMs = 7 * 86_400_000;
export const defaultFarewell =
  'I have asked a person on our team. They will answer here; you can go on writing meanwhile.';
const alreadyAsked =
  'A person on our team has been asked already and will answer here. I have added what you wrote.';

const isAwaited = 'A person on our team has been asked and will answer here.';

const asksForMore =
  /\b(?:else|more|further|sonst|noch (?:etwas|was)|weitere\w*|autre|algo más)\b[^?]{0,80}\?\s*$/i;

const wholeEmail = /^[\s\S]{0,40}?\b([^\s@<>,;:]{1,64}@[^\s@<>,;:]{1,190}\.[\p{L}]{2,24})[\s.!]*$/u;
/** What asks for nothing in the articles cannot be without an answer there. */
const notAQuestion = { confidence: 1, noAnswer: false };
const contextMessages = 2;
/** Code units of an earlier message that say what the talk is about. */
const mostTopic = 1_000;
/** Characters of one passage that are said: a few of them fit into a message, however an article is written. */
const mostOfPassage = 1_000;
/** Messages of an operator that are remembered, and code units of each. */
const mostTold = { messages: 10, units: 2_000 };

/** What a turn is decided from: what was written, as far as it is judged, and what is known about it. */
type ReadTurn<Id extends string> = ReturnType<typeof readTurn<Id, Rule>>;

export function readTurn<Id extends string, R extends Rule>(turn: Turn<Id, R>) {
  const { text: written, isWhole } = judgedPart(turn.burst);
  const at = turn.burst.at(-1)?.at ?? turn.now;
  const earlier = turn.spoken.filter(
    ({ sequence }) => !turn.burst.some((message) => message.sequence === sequence),
  );
  const last = earlier.findLast(({ from }) => from === 'agent');
  const lastSaid = last?.text ?? '';

  const names = nameWords(turn.names ?? []);
  const said = smallTalkOf(written, names);
  const meant = said === 'yes' && lastSaid.startsWith(guess.start) ? (last?.sources ?? []).join('\n') : '';
  const [text, talk] = meant === '' ? [written, said] : [meant, null];
  const wantsPerson = asksForPerson(text) || (talk === 'yes' && lastSaid.endsWith(offer));
  const sought = wantsPerson || !isWhole ? [] : findAnswersFor(turn, text, earlier, names);
  const isForPerson = wantsPerson || !isWhole || isOnlyFiles(turn.burst) || turn.isOutOfTime();
  const found = isForPerson ? [] : sought;
  const asksNothing = isForPerson || talk !== null;
  const facts = {
    ...factsOfTurn(turn, { text, at }, earlier, found, names),
    ...(asksNothing ? notAQuestion : {}),
  };
  const isNo = talk === 'no' && earlier.findLast(({ from }) => from !== 'customer')?.from !== 'agent';
  return { text, talk, lastSaid, wantsPerson, isForPerson, found, facts, isNo };
}

export function decideFrom<Id extends string, R extends Rule>(
  turn: Turn<Id, R>,
  { text, talk, lastSaid, wantsPerson, isForPerson, found, facts, isNo }: ReadTurn<Id>,
): Decision<Id, R> {
  if (turn.hasActiveTicket && asksWhoIsThere(text)) return { do: 'sayAwaited', text: isAwaited };
  if (isForPerson) {
    const reason = wantsPerson ? 'customerAsked' : 'agentAsked';
    return handOver(turn, facts, firstMatch(turn.rules, facts), reason, found);
  }
  const unsolved = whyNotSolved(turn, text, facts, isNo);
  if (talk !== null && unsolved !== 'notSolved') {
    const isNotThat = talk === 'no' && lastSaid.startsWith(guess.start);
    return { do: 'answer', text: isNotThat ? unclear : courtesies[talk], articleIds: [], confidence: 1 };
  }
  const email = wholeEmail.exec(text)?.[1];
  if (email !== undefined && wordsOf(text).length <= 10) {
    return {
      do: 'noteEmail',
      email,
      text: `Thank you. I have noted ${email}, so that the team can reach you there.`,
    };
  }
  if (unsolved !== null) return handOver(turn, facts, firstMatch(turn.rules, facts), unsolved, found);
  if (facts.noAnswer && termsOf(text).length === 0) {
    return { do: 'answer', text: unclear, articleIds: [], confidence: 0 };
  }
  const rule = firstMatch(turn.rules, facts);
  if (rule?.outcome.handOver === true)
    return handOver(turn, facts, rule, facts.noAnswer ? 'noAnswer' : 'rule', found);
  const isGuess = !facts.noAnswer && facts.confidence < confidentFrom;
  // [H7] Nobody is asked twice in a row whether it is that.
  if (isGuess && rule === null && lastSaid.startsWith(guess.start))
    return handOver(turn, facts, null, 'noAnswer', found);
  return answer(found, rule !== null);
}

/** What it is about stands in the files, into which only a person looks. */
function isOnlyFiles(burst: readonly Spoken[]): boolean {
  return burst.length > 0 && burst.every(({ text, files = [] }) => files.length > 0 && !isVisible(text));
}

/** [H7] Who comes back soon after a resolve is not answered with a guess; null: this is something else. */
function whyNotSolved(
  { resolvedAt, now, operator }: Pick<Turn<string, Rule>, 'resolvedAt' | 'now' | 'operator'>,
  text: string,
  { confidence }: TurnFacts,
  isNo: boolean,
): 'notSolved' | 'noAnswer' | null {
  if (resolvedAt === undefined || now - resolvedAt > remembersMs) return null;
  // "No" to "Does it work now?", and to "I have sent it"; not to "Anything else?".
  if (saysUnsolved(text) || (isNo && !asksForMore.test(operator?.said.at(-1) ?? ''))) return 'notSolved';
  return confidence < confidentFrom ? 'noAnswer' : null;
}

function findAnswersFor<Id extends string>(
  turn: Turn<Id, Rule>,
  text: string,
  earlier: readonly Spoken[],
  names: ReadonlySet<string>,
) {
  const { operator } = turn;
  const heard = [...(operator?.said.slice(-mostTold.messages) ?? []), operator?.promised ?? '']
    .filter((each) => each !== '')
    .map((each) => firstUnits(each, mostTold.units))
    .join('\n');
  const noted = firstUnits(operator?.noted?.text ?? '', mostTold.units);
  const told: Told | null =
    operator === undefined || heard === '' ? null : { by: operator.name || 'The team', heard };
  const known = libraryOf(turn.articles, told);
  return findAnswers(
    text,
    known,
    topicOf(earlier, names) || `${heard}\n${noted}`.trim(),
    told,
    turn.isOutOfTime,
  );
}

/**
 * What the talk has been about: the customer's last messages before this burst, and what was cited. [H7] What was only guessed
 * at, and the guess, are evidence of nothing.
 */
function topicOf(earlier: readonly Spoken[], names: ReadonlySet<string>): string {
  const isGuess = ({ from, text }: Spoken) => from === 'agent' && text.startsWith(guess.start);
  const known = earlier.slice(earlier.findLastIndex(isGuess) + 1);
  const asked = known.filter(({ from, text }) => from === 'customer' && smallTalkOf(text, names) === null);
  const cited =
    known.findLast(({ from, sources }) => from === 'agent' && (sources?.length ?? 0) > 0)?.sources ?? [];
  return [...asked.slice(-contextMessages).map(({ text }) => firstUnits(text, mostTopic)), ...cited].join(
    '\n',
  );
}

const inTime = () => false;

/** One message by itself, as the rehearsal of rules judges it (H3): as if it were `now`, by that calendar. */
export function judgeText<Id extends string>(
  message: Pick<Spoken, 'text' | 'at'>,
  known: Library<Id>,
  { now, calendar }: { now: number; calendar: OpenTimes | undefined },
  reported: string[] = [],
) {
  const { text, isWhole } = judgedPart([message]);
  const wantsPerson = asksForPerson(text);
  const asksNothing = wantsPerson || !isWhole || smallTalkOf(text) !== null;
  const found = asksNothing ? [] : findAnswers(text, known, '', null, inTime);
  const outsideOpeningHours = calendar !== undefined && !isOpen(calendar, now);
  const facts = factsOfTurn<Id>(
    { now, outsideOpeningHours },
    { text, at: message.at },
    [],
    found,
    nameWords([]),
  );
  return {
    asksForPerson: wantsPerson,
    isTooLong: !isWhole,
    best: found[0]?.article ?? null,
    facts: {
      ...facts,
      ...(asksNothing ? notAQuestion : {}),
      reported: [...new Set([...facts.reported, ...reported])],
    },
  };
}

function factsOfTurn<Id extends string>(
  turn: Pick<Turn<Id, Rule>, 'handedOverAt' | 'outsideOpeningHours' | 'now'>,
  message: Pick<Spoken, 'text' | 'at'>,
  earlier: readonly Spoken[],
  found: Found<Id>[],
  names: ReadonlySet<string>,
): TurnFacts {
  const best = found[0];
  const confidence = best?.confidence ?? 0;
  return {
    text: message.text,
    confidence,
    noAnswer: confidence < guessFrom,
    topic: best !== undefined && confidence >= guessFrom ? best.article.title : undefined,
    turns: turnsWithoutResolution(earlier, turn.handedOverAt ?? 0, names),
    outsideOpeningHours: turn.outsideOpeningHours,
    reported: reportedBy(message, earlier, best, turn.now),
  };
}

/** Answers given since the customer last said thanks and since the last handover. */
function turnsWithoutResolution(
  earlier: readonly Spoken[],
  handedOverAt: number,
  names: ReadonlySet<string>,
): number {
  const thanked = earlier.findLastIndex(
    ({ from, text }) => from === 'customer' && smallTalkOf(text, names) === 'thanks',
  );
  return earlier
    .slice(thanked + 1)
    .filter(({ sequence }) => sequence > handedOverAt)
    .filter(({ from, sources }) => from === 'agent' && sources !== undefined).length;
}

/** [H1] `outsideTimeLimit`: more time has gone by than the longest limit the article sets. */
function reportedBy(
  message: Pick<Spoken, 'text' | 'at'>,
  earlier: readonly Spoken[],
  best: Found<string> | undefined,
  now: number,
): string[] {
  const limit = best === undefined ? 0 : limitInDays(`${best.article.title}\n${best.article.body}`);
  if (limit === 0) return [];
  const said = [...earlier.filter(({ from }) => from === 'customer').slice(-contextMessages), message];
  return said.some(({ text, at }) => daysGoneBy(text, at, now) > limit) ? ['outsideTimeLimit'] : [];
}

function handOver<Id extends string, R extends Rule>(
  turn: Turn<Id, R>,
  facts: TurnFacts,
  rule: R | null,
  reason: HandoverReason,
  found: Found<Id>[],
): Decision<Id, R> {
  const outcome = rule?.outcome;
  const usable = outcome?.handOver === true ? rule : null;
  const textToCustomer = outcome?.handOver === true ? outcome.textToCustomer : undefined;
  const best = found[0];
  const suggested =
    best === undefined || !best.isArticle || facts.noAnswer
      ? undefined
      : `Our article “${best.article.title}” is closest.`;
  const because = {
    blockedBy: isOnlyFiles(turn.burst) ? 'The agent looks into no files.' : blockedBy(reason, usable, facts),
    suggested,
    noted: turn.operator?.noted,
  };
  const brief = briefOf(turn.spoken, turn.burst, because, turn.now);
  const again = reason === 'noAnswer' ? `${dontKnow} ${alreadyAsked}` : alreadyAsked;
  const wasSaid = turn.spoken.some(
    ({ from, text: said }) => from === 'agent' && said.startsWith(textToCustomer ?? ''),
  );
  const isNew = textToCustomer !== undefined && !wasSaid;
  const text = isNew ? textToCustomer : turn.hasActiveTicket ? again : (textToCustomer ?? defaultFarewell);
  return {
    do: 'handOver',
    reason,
    rule: usable,
    text,
    isFirst: !turn.hasActiveTicket,
    brief,
    reported: [...facts.reported],
  };
}

function blockedBy(reason: HandoverReason, rule: Rule | null, facts: TurnFacts): string {
  if (reason === 'customerAsked') return 'The customer asked for a person.';
  if (reason === 'notSolved') return 'It was resolved, and the customer says that it is not solved.';
  if (reason === 'agentAsked') return 'It is longer than the agent can judge.';
  if (facts.reported.includes('outsideTimeLimit')) return 'The time limit in our article has passed.';
  if (facts.noAnswer) return 'No article answers this.';
  return rule === null ? 'The agent cannot decide this.' : `Rule “${rule.name}”.`;
}

function answer<Id extends string>(found: Found<Id>[], neverHandOver: boolean): Decision<Id, never> {
  const [best] = found;
  if (best === undefined || best.confidence < guessFrom) {
    return {
      do: 'answer',
      text: neverHandOver ? dontKnow : `${dontKnow} ${offer}`,
      articleIds: [],
      confidence: best?.confidence ?? 0,
    };
  }
  const sources = found.filter(({ isArticle }) => isArticle);
  const articleIds = sources.map(({ article }) => article.id);
  const { confidence } = best;
  if (confidence < confidentFrom) {
    const [source] = sources;
    const text = source ? `${guess.start}${source.article.title}${guess.end} ${guessEnd}` : unclear;
    return { do: 'answer', text, articleIds: articleIds.slice(0, 1), confidence };
  }
  const text = found
    .map(({ passages, isArticle, by }) => {
      const words = passages.map((passage) => shortened(passage, mostOfPassage)).join(' ');
      return isArticle ? words : `${by} wrote to you: “${words}”`;
    })
    .join('\n\n');
  return { do: 'answer', text, articleIds, confidence };
}
