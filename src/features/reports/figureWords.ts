/** What each figure is, in words that say exactly what is counted (docs/rules.md B3), and how it is written. Pure. */
import type { GivenKind } from '../../../convex/shared/measures/facts';
import type { BehindKind, Figures } from '../../convex/reports';
import type { TargetKind } from '../../../convex/shared/tickets/targets';
import { formatDuration } from '../../lib/time';

export interface Figure {
  name: string;
  /** One click away, wherever the figure stands. */
  means: string;
  of: (figures: Figures) => number | null;
  format: (value: number) => string;
  /** Whether more of it is better; absent: neither. */
  better?: 'more' | 'less';
  /** What it opens. */
  opens?: BehindKind;
}

type Counted = Pick<Figures, 'counts'>;
const count = (kind: string) => (figures: Counted) => figures.counts[kind] ?? 0;
const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);

export const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0 });
const score = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const number = (value: number) => whole.format(value);
const asShare = (value: number) => percent.format(value);

/** "< 1s", "45s", "6m 12s", "2h 5m", from two days on "3d 4h". */
export function formatSpan(ms: number): string {
  if (ms > 0 && ms < 1_000) return '< 1s';
  const hours = Math.floor(ms / 3_600_000);
  return hours < 48 ? formatDuration(ms) : `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

const percentiles =
  'The median: half took less. P90: nine of ten took less. Both are right to within 5 %, and there are no averages, which one long night spoils.';

const targetWords =
  'Counted at the instant it was met or missed, by the targets, opening hours and pauses of then; of the operator who met it, or whose ticket it was. A ticket that ends without a reply has neither met nor missed it. The number opens what was missed.';

/** [T7] Of what was met and what was missed. */
function keptFigure(target: TargetKind, name: string, means: string): Figure {
  return {
    name,
    means: `${means} ${targetWords}`,
    of: ({ counts }) => {
      const { [`${target}Met`]: met = 0, [`${target}Missed`]: missed = 0 } = counts;
      return share(met, met + missed);
    },
    format: asShare,
    better: 'more',
    opens: `${target}Missed`,
  };
}

export const figures = {
  conversations: {
    name: 'Conversations',
    means:
      'Conversations that began: a customer’s first words, or their first after 72 hours without any. Counted on the day they began.',
    of: count('begun'),
    format: number,
    opens: 'begun',
  },
  messages: {
    name: 'Customer messages',
    means: 'What customers wrote, each message once. Automatic mail and mail of others is not counted.',
    of: count('customerMessage'),
    format: number,
  },
  answers: {
    name: 'Agent answers',
    means: 'Messages of agents that customers were sent. What never left is not counted.',
    of: count('agentMessage'),
    format: number,
  },
  replies: {
    name: 'Replies',
    means: 'Messages of operators that customers were sent. What never left is not counted.',
    of: count('operatorMessage'),
    format: number,
  },
  handovers: {
    name: 'Handovers',
    means:
      'How often a person was asked for: by the agent, by a rule, by the customer, or because no answer came. Asked once more for the same, while a person is awaited, it is one. A takeover without one is not a handover.',
    of: count('handover'),
    format: number,
    opens: 'handover',
  },
  firstReply: {
    name: 'First reply',
    means: `From a handover to the next message of a person; what the agent says meanwhile does not end it. Counted on the day of the reply, nights and weekends included. ${percentiles}`,
    of: ({ firstReply }) => firstReply.medianMs,
    format: formatSpan,
    better: 'less',
    opens: 'firstReply',
  },
  firstReplyP90: {
    name: 'First reply, P90',
    means: `Nine of ten first replies came within this time. ${percentiles}`,
    of: ({ firstReply }) => firstReply.p90Ms,
    format: formatSpan,
    better: 'less',
  },
  nextReply: {
    name: 'Next reply',
    means: `From the customer’s first message after a person’s reply to the next one, while no new handover asks. ${percentiles}`,
    of: ({ nextReply }) => nextReply.medianMs,
    format: formatSpan,
    better: 'less',
    opens: 'nextReply',
  },
  nextReplyP90: {
    name: 'Next reply, P90',
    means: `Nine of ten next replies came within this time. ${percentiles}`,
    of: ({ nextReply }) => nextReply.p90Ms,
    format: formatSpan,
    better: 'less',
  },
  wait: {
    name: 'Wait',
    means: `Every time a customer waited for a person, until a person replied or the ticket ended. ${percentiles}`,
    of: ({ wait }) => wait.medianMs,
    format: formatSpan,
    better: 'less',
  },
  waitP90: {
    name: 'Wait, P90',
    means: `Nine of ten waits ended within this time. ${percentiles}`,
    of: ({ wait }) => wait.p90Ms,
    format: formatSpan,
    better: 'less',
  },
  resolved: {
    name: 'Resolved',
    means: 'How often a ticket was resolved. One that was reopened and resolved again counts twice.',
    of: count('resolved'),
    format: number,
    opens: 'resolved',
  },
  resolution: {
    name: 'Resolution',
    means: `From a ticket’s opening, or reopening, to its resolve. While it waits on the customer or a third party, or sleeps, the clock stands still. ${percentiles}`,
    of: ({ resolved }) => resolved.medianMs,
    format: formatSpan,
    better: 'less',
    opens: 'resolved',
  },
  resolutionP90: {
    name: 'Resolution, P90',
    means: `Nine of ten tickets were resolved within this time. ${percentiles}`,
    of: ({ resolved }) => resolved.p90Ms,
    format: formatSpan,
    better: 'less',
  },
  contained: {
    name: 'Contained',
    means:
      'Of the conversations that began on these days and are final, the share with no handover, no message of a person, and no return: nobody wrote again after an hour of silence. A conversation is final 72 hours after the customer’s last word, so of the last days fewer are counted.',
    of: ({ counts }) => share(counts.contained ?? 0, (counts.contained ?? 0) + (counts.notContained ?? 0)),
    format: asShare,
    better: 'more',
    opens: 'notContained',
  },
  rating: {
    name: 'Rating',
    means:
      'What customers said of how a person helped, from 1 to 5: the average of all ratings given on these days. A customer is asked once each time a person who has replied resolves their ticket, never about an agent alone; many do not answer.',
    of: ({ counts }) => share(counts.scores ?? 0, counts.rated ?? 0),
    format: (value) => `${score.format(value)} of 5`,
    better: 'more',
    opens: 'rated',
  },
  ratings: {
    name: 'Ratings',
    means: 'How many customers said how a person had helped them.',
    of: count('rated'),
    format: number,
    opens: 'rated',
  },
  agentShare: {
    name: 'Without a person',
    means:
      'Of the conversations that began on these days, the share that no person has had to do with so far: no handover, no takeover, no reply. It can still fall; what is final is “Contained”.',
    of: ({ counts }) => share((counts.begun ?? 0) - (counts.withPerson ?? 0), counts.begun ?? 0),
    format: asShare,
    better: 'more',
    opens: 'withPerson',
  },
  reopened: {
    name: 'Reopened',
    means:
      'Tickets that were opened again on these days, for every hundred that were resolved or closed on them.',
    of: ({ counts }) => share(counts.reopened ?? 0, (counts.resolved ?? 0) + (counts.closed ?? 0)),
    format: asShare,
    better: 'less',
    opens: 'reopened',
  },
  keptFirst: keptFigure(
    'firstReply',
    'First reply in time',
    'Of the first replies that had a target and were due or given on these days, the share that a person gave before it was due.',
  ),
  keptNext: keptFigure(
    'nextReply',
    'Next reply in time',
    'Of the further replies that had a target and were due or given on these days, the share that a person gave before it was due.',
  ),
  keptResolution: keptFigure(
    'resolution',
    'Resolved in time',
    'Of the tickets that had a target and were due, resolved or closed on these days, the share that ended before it was due.',
  ),
} as const satisfies Record<string, Figure>;
export type FigureName = keyof typeof figures;
export const figure = (name: FigureName): Figure => figures[name];

/** [B7] How tickets came to operators. Counted since this desk keeps the mode with each. */
export const given: Record<GivenKind, { name: string; means: string }> = {
  givenByLoad: {
    name: 'By load',
    means:
      'Tickets that were assigned automatically while the team assigned by load: to whoever carried least, then least for their limit, then to whom nothing had come for longest.',
  },
  givenByTurn: {
    name: 'By turn',
    means: 'Tickets that were assigned automatically while the team assigned in turns.',
  },
  givenByHand: { name: 'By a colleague', means: 'Tickets that a colleague assigned to them.' },
  tookUp: {
    name: 'Took themselves',
    means: 'Tickets that they assigned to themselves, and conversations that they took over.',
  },
  letGo: {
    name: 'Went back',
    means:
      'Tickets that came to them automatically, were neither opened nor answered in time, and went back to the others.',
  },
};

/** [B4] The safety meter. */
export const safety: Record<
  'refused' | 'suppressed' | 'duplicate' | 'loop',
  { name: string; means: string }
> = {
  refused: {
    name: 'Replies refused',
    means:
      'Messages that were not sent because something had changed since their author read: an agent’s answer that a newer message had overtaken, an operator’s reply to a thread that had moved, or under another’s control. Nothing is lost: whoever wrote it was told.',
  },
  suppressed: {
    name: 'Late answers held back',
    means:
      'Answers of agents that came after a person had taken over, or had not left by then. They were never sent, and stand in the conversation as “the agent was about to say”.',
  },
  duplicate: {
    name: 'Repeats absorbed',
    means:
      'Messages that came a second time under the same id, from an agent, an operator or a platform, and were taken once. What the chat on your page sends again is not counted: it changes nothing at all.',
  },
  loop: {
    name: 'Loops broken',
    means:
      'Addresses that answered at once, again and again, or wrote too often, so that the agent was kept from answering them.',
  },
};
export type SafetyName = keyof typeof safety;

const codes: Record<string, string> = {
  SUPERSEDED: 'A newer message had come',
  TAKE_OVER_FIRST: 'The agent was speaking',
  CONTROL_HELD: 'A colleague was speaking',
  STALE_EPOCH: 'Control had changed',
  THREAD_MOVED: 'The thread had moved',
};
export const codeWord = (code: string): string => codes[code] ?? code;

/** Against the days before: "+12%"; null: there is nothing to compare with. */
export function changeOf(now: number | null, before: number | null): string | null {
  if (now === null || before === null || before === 0) return null;
  const change = Math.round((now / before - 1) * 100);
  if (change === 0) return '±0%';
  return `${change > 0 ? '+' : '−'}${whole.format(Math.abs(change))}%`;
}
