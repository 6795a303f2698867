/** What the chat says in its own name (speech.ts has the language). Facts come from the desk; nothing promises more than it knows. */
import { filled } from '../../convex/shared/customer/words/catalogue';
import type * as openTimes from '../../convex/shared/kit/openTimes';
import { clockOf, dateOf, numberOf, say, sayCounted, systemLinesNow, weekdayOf } from './speech';
import type { ChatState } from './state';
import type { ChatEntry, Conversation } from './thread';

let times: Pick<typeof openTimes, 'isOpen' | 'nextOpening'> | null = null;

/** What reads a calendar: only where there is one. */
export async function knowTimes(): Promise<void> {
  times ??= await import('../../convex/shared/kit/openTimes').catch(() => null);
}
export const knowsTimes = () => times !== null;

/** In the console, for whoever put it on the page. */
export const noSuchChannel = (channel: string) =>
  `Baton: the channel “${channel}” does not exist or is closed. Compare data-channel with Settings → Channels.`;

export const notIdentified = (why: string) => `Baton: identify was refused, nothing has changed: ${why}.`;
export const notTakenBy = (why: string) => `Baton: ${why}`;

export function titleOf(conversation: Conversation | null): string {
  if (conversation === null) return say('title');
  const { speakingWith, personName, agentName, agentAnswers, teamName } = conversation;
  if (speakingWith === 'person' && personName) return personName;
  return (speakingWith === 'agent' && agentAnswers && agentName) || teamName || say('title');
}

export function statusLine(
  { conversation, isClosed, isCrowded }: Pick<ChatState, 'conversation' | 'isClosed' | 'isCrowded'>,
  now: number,
): string {
  if (isClosed) return '';
  if (conversation === null) return isCrowded ? '' : say('connecting');
  const {
    speakingWith,
    agentName: agent,
    agentAnswers,
    teamName: team,
    personAsked,
    somebodyHere,
  } = conversation;
  if (speakingWith === 'person') return say('withPerson', { team });
  const when = somebodyHere ? null : whenBack(conversation, now);
  if (personAsked && !somebodyHere) return when === null ? say('away') : say('awayBack', { when });
  if (!agentAnswers && !somebodyHere)
    return when === null ? say('awayWrite') : say('awayWriteBack', { when });
  const usually = usualLine(conversation, now);
  if (speakingWith === 'team' || !agentAnswers) return `${say('personWill')}${usually}`;
  if (personAsked) return `${say('personJoins', { agent })}${usually}`;
  if (when !== null) return say('agentBack', { agent, when });
  return `${say(somebodyHere ? 'agentHere' : 'agentAway', { agent })}${usually}`;
}

/** [H5] How long it usually takes, from what happened: only while somebody is there within the hours, and only while it is fresh. */
function usualLine({ calendar, somebodyHere, usualWait }: Conversation, now: number): string {
  if (!somebodyHere || !usualWait || now > usualWait.until) return '';
  if (calendar && !times?.isOpen(calendar, now)) return '';
  const { minutes } = usualWait;
  const line = minutes < 120 ? sayCounted('usualMinutes', minutes) : sayCounted('usualHours', minutes / 60);
  return ` ${line}`;
}

/** [H5] "Monday at 9:00", by the visitor's own clock. Null while it is open, and where nothing is promised. */
function whenBack({ calendar }: Conversation, now: number): string | null {
  const at = !calendar || !times || times.isOpen(calendar, now) ? null : times.nextOpening(calendar, now);
  if (at === null) return null;
  const time = clockOf(at);
  const midnight = (instant: number) => new Date(instant).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(at) - midnight(now)) / 86_400_000);
  if (days === 0) return say('backToday', { time });
  if (days === 1) return say('backTomorrow', { time });
  // A weekday alone only where it cannot be taken for that of this week.
  return say('backOn', { day: days < 7 ? weekdayOf(at) : dateOf(at), time });
}

/** Under the header: why it does not go on by itself, or not as was meant. */
export function holdUp({
  isOnline,
  isCrowded,
  isLinkOver,
  isKept,
}: Pick<ChatState, 'isOnline' | 'isCrowded' | 'isLinkOver' | 'isKept'>): string {
  if (!isOnline) return say('offline');
  if (isCrowded) return say('crowded');
  if (isLinkOver) return say('linkOver');
  return isKept ? '' : say('notKept');
}

/** Beside "Talk to a person": what came of it. */
export function askingLine({ asking, conversation }: ChatState): string {
  if (asking === 'busy') return say('asking');
  if (asking === 'failed') return say('askFailed');
  // The answer may come after the person has, and stands when they have left.
  if (conversation?.speakingWith === 'person' || !conversation?.personAsked) return '';
  if (asking === 'no') return say('asked');
  const { isAgain, place, at } = asking;
  const line = say(isAgain ? 'inLine' : 'asked');
  if (place === null) return line;
  return `${line} ${place === 1 ? say('youAreNext') : say('youWereNumber', { n: numberOf(place), time: clockOf(at) })}`;
}

export type Seen = keyof typeof seenKeys;
const seenKeys = { no: 'sent', yes: 'seen', person: 'seenByPerson' } as const;

export function stateLine(state: 'sent' | 'sending' | 'failed', seen: Seen, isOnline: boolean): string {
  if (state === 'sending') return say(isOnline ? 'sending' : 'sendLater');
  return say(seenKeys[seen]);
}

export function dayOf(at: number, now: number): string {
  return new Date(at).toDateString() === new Date(now).toDateString() ? say('today') : dateOf(at);
}

/** [M8] The desk's fixed lines in the language of the chat; what it wrote itself where it is of that one. */
export function systemWords({
  systemText,
  saidOf,
  text,
}: Pick<ChatEntry, 'systemText' | 'saidOf' | 'text'>): string {
  const lines = systemLinesNow();
  if (lines === null) return text;
  switch (systemText) {
    case 'personJoined':
      return saidOf ? filled(lines.personJoined, { name: saidOf }) : lines.somebodyJoined;
    case 'agentBack':
      return saidOf ? filled(lines.agentIsBack, { name: saidOf }) : lines.assistantIsBack;
    case 'waiting':
    case 'handedOver':
    case 'nobodyHere':
      return lines[systemText];
    // Of channels that this page is not.
    default:
      return text;
  }
}

/** In place of what is not for this browser. */
export function elsewhereWords(
  from: ChatEntry['from'],
  elsewhere: NonNullable<ChatEntry['elsewhere']>,
): string {
  return say(from === 'customer' ? 'writtenElsewhere' : 'answeredElsewhere', { where: say(elsewhere) });
}

export const initialOf = (name: string) => [...name.trim()][0]?.toUpperCase() ?? '?';
