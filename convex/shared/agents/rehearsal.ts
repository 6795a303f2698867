/** [H3] Rules tried on what a customer wrote; nothing is sent. Pure. */
import type { OpenTimes } from '../kit/calendar';
import { isOpen } from '../kit/openTimes';
import { firstCharacters } from '../kit/text';
import type { Rule } from './handover';
import type { Spoken } from './brief';
import { decideFrom, judgeText, readTurn } from './knowledgeTurn';
import type { Article, Library } from './library';
import { firstMatch, tryRules } from './ruleJudging';

export interface PastConversation<Id extends string> {
  conversationId: Id;
  subject: string;
  /** The customer's first ones, oldest first. */
  messages: { sequence: number; at: number; text: string }[];
}

export interface Rehearsed<Id extends string> {
  conversationId: Id;
  subject: string;
  handsOver: boolean;
  rule: string | null;
  /** The first that would be handed over. */
  message: { sequence: number; text: string } | null;
}

const excerpt = 200;

/** Each message as if it were the time it was written. */
export function rehearse<Id extends string>(
  { conversationId, subject, messages }: PastConversation<Id>,
  known: Library,
  rules: readonly Rule[],
  calendar?: OpenTimes,
): Rehearsed<Id> {
  for (const { sequence, at, text } of messages) {
    const { facts, asksForPerson, isTooLong } = judgeText({ text, at }, known, { now: at, calendar });
    const rule = firstMatch(rules, facts);
    if (!asksForPerson && !isTooLong && rule?.outcome.handOver !== true) continue;
    const message = { sequence, text: firstCharacters(text, excerpt) };
    return { conversationId, subject, handsOver: true, rule: rule?.name ?? null, message };
  }
  return { conversationId, subject, handsOver: false, rule: null, message: null };
}

/** Which rule would fire for one message, and why. */
export function tryOn<Id extends string, R extends Rule>(
  text: string,
  known: Library<Id>,
  rules: readonly R[],
  { now, calendar }: { now: number; calendar: OpenTimes | undefined },
  reported: string[],
) {
  const { facts, best, asksForPerson, isTooLong } = judgeText(
    { text, at: now },
    known,
    { now, calendar },
    reported,
  );
  const trials = tryRules(rules, facts);
  const fired = trials.find(({ matched }) => matched)?.rule;
  return {
    asksForPerson,
    confidence: facts.confidence,
    article: best === null || facts.noAnswer ? null : { articleId: best.id, title: best.title },
    reported: [...facts.reported],
    fired,
    handsOver: asksForPerson || isTooLong || fired?.outcome.handOver === true,
    trials,
  };
}

/** What the customer would read: the answer, or the line of a handover. */
export function lineTo<Id extends string, R extends Rule>(
  text: string,
  articles: readonly Article<Id>[],
  rules: readonly R[],
  { now, calendar }: { now: number; calendar: OpenTimes | undefined },
): string {
  const message: Spoken = { sequence: 1, at: now, from: 'customer', text };
  const turn = {
    spoken: [message],
    burst: [message],
    articles,
    rules,
    now,
    outsideOpeningHours: calendar !== undefined && !isOpen(calendar, now),
    hasActiveTicket: false,
    isOutOfTime: () => false,
  };
  return decideFrom(turn, readTurn(turn)).text;
}
