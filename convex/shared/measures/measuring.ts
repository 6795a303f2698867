/**
 * What the entries of a thread mean in figures (docs/rules.md B2, B3): `measureEntry` is the one place. The transaction that adds
 * an entry measures it, and a recount walks the whole thread through the same steps. Pure.
 *
 * A conversation is measured from the customer's first word until 72 h after their last one; what they write later begins the
 * next. It is contained if no handover, no word of a person and no coming back was in it. Times belong to a ticket's active
 * stretch: from its opening, or opening again, to its end; pauses are when it waits on somebody or sleeps.
 */
import type { GenericId } from 'convex/values';
import type { ChannelKind } from '../conversation/channels';
import type { Author, Outside } from '../conversation/entries';
import type { DeskEvent } from '../tickets/events';
import type { HandoverReason } from '../tickets/reasons';
import type { TargetKind } from '../tickets/targets';
import { isActive, type Priority } from '../tickets/tickets';
import {
  type Fact,
  type FactKind,
  type GivenKind,
  type Measured,
  returnsAfterMs,
  settlesAfterMs,
} from './facts';

/** What is measured of an entry. */
export interface MeasuredEntry {
  sequence: number;
  at: number;
  kind: 'message' | 'note' | 'event';
  author: Author;
  channel?: ChannelKind | undefined;
  event?: DeskEvent | undefined;
  ticketId?: GenericId<'tickets'> | undefined;
  kept?: TargetKind | undefined;
  isForeign?: true | undefined;
  neverSent?: true | undefined;
  outside?: Outside | undefined;
}

/** What a ticket is counted by, as it was before the entry. */
export interface MeasuredTicket {
  number: number;
  priority: Priority;
  cause: string;
}

export interface Step {
  measured: Measured;
  facts: Fact[];
}

type Clock = NonNullable<Measured['clock']>;

export function causeOf(reason: HandoverReason, rule: string | undefined): string {
  return rule === undefined ? `reason/${reason}` : `rule/${rule}`;
}

/** `startedOn`: the channel of a conversation nobody has written in yet. */
export function measureEntry(
  measured: Measured,
  entry: MeasuredEntry,
  startedOn: ChannelKind,
  ticketOf: (ticketId: GenericId<'tickets'>) => MeasuredTicket | undefined,
): Step {
  const settled = settle(measured, entry.at);
  const measuring = new Measuring(settled, entry, startedOn);
  if (entry.event !== undefined) measuring.event(entry.event, entry.ticketId, ticketOf);
  else if (entry.kind === 'message' && !entry.neverSent && !entry.outside?.isLate) measuring.message();
  return { measured: measuring.measured, facts: measuring.facts };
}

/** [B3] Its outcome, once it is 72 h old. */
export function settle(measured: Measured, now: number): Step {
  const { episode, ...rest } = measured;
  if (episode === undefined || now < episode.lastAt + settlesAfterMs) return { measured, facts: [] };
  const kind = episode.spoiled === undefined ? 'contained' : 'notContained';
  const { startedAt: at, lastSequence: sequence, channel } = episode;
  return { measured: rest, facts: [{ kind, at, sequence, channel, count: 1 }] };
}

class Measuring {
  measured: Measured;
  readonly facts: Fact[];
  readonly #entry: MeasuredEntry;
  readonly #startedOn: ChannelKind;

  constructor({ measured, facts }: Step, entry: MeasuredEntry, startedOn: ChannelKind) {
    this.measured = measured;
    this.facts = [...facts];
    this.#entry = entry;
    this.#startedOn = startedOn;
  }

  #tell(kind: FactKind, more: Partial<Fact> = {}): void {
    const { at, sequence } = this.#entry;
    const channel = this.measured.channel ?? this.#startedOn;
    this.facts.push({ kind, at, sequence, count: 1, channel, ...more });
  }

  #change(change: Partial<Measured>): void {
    this.measured = { ...this.measured, ...change };
  }

  #changeClock(change: Partial<Clock>): void {
    this.#change({ clock: { ...this.measured.clock!, ...change } });
  }

  message(): void {
    const { author, at, channel, isForeign } = this.#entry;
    const said = channel === undefined ? {} : { channel };
    if (author.kind === 'agent') this.#tell('agentMessage', said);
    if (author.kind === 'operator') {
      const by = author.memberId && { memberId: author.memberId };
      this.#tell('operatorMessage', { ...said, ...by });
      this.#spoil();
      this.#replied({ ...by });
      this.#kept({ ...by });
    }
    if (author.kind !== 'customer') return;
    if (!isForeign) {
      if (channel !== undefined) this.#change({ channel });
      this.#tell('customerMessage', said);
      this.#customerSays();
    }
    const { clock } = this.measured;
    if (clock !== undefined && clock.waitingSince === undefined) this.#changeClock({ waitingSince: at });
  }

  #customerSays(): void {
    const { at, sequence } = this.#entry;
    const { episode, channel = this.#startedOn } = this.measured;
    if (episode === undefined) {
      this.#tell('begun');
      this.#change({ episode: { startedAt: at, lastAt: at, lastSequence: sequence, channel } });
      return;
    }
    const cameBack = episode.spoiled === undefined && at - episode.lastAt >= returnsAfterMs;
    const spoiled = cameBack ? { spoiled: 'return' as const } : {};
    this.#change({ episode: { ...episode, ...spoiled, lastAt: at, lastSequence: sequence } });
  }

  /** A person has to do with it. Counted once, on the day it began. */
  #spoil(): void {
    const { episode } = this.measured;
    if (episode === undefined || episode.spoiled === 'person') return;
    this.#tell('withPerson', { at: episode.startedAt, channel: episode.channel });
    this.#change({ episode: { ...episode, spoiled: 'person' } });
  }

  /** [T7] The target that this entry kept. */
  #kept(by: Pick<Fact, 'memberId'>): void {
    const { clock } = this.measured;
    const { kept } = this.#entry;
    if (kept === undefined || clock === undefined) return;
    this.#tell(`${kept}Met`, { ...this.#ofTicket(clock), ...by });
  }

  #ofTicket({ number, priority, cause }: Clock): Partial<Fact> {
    return { number, priority, cause };
  }

  /** `by`: nobody that is known, where it was said past Baton. */
  #replied(by: Pick<Fact, 'memberId'>): void {
    const { clock } = this.measured;
    const since = clock?.askedAt ?? clock?.waitingSince;
    if (clock === undefined || since === undefined) return;
    const { at } = this.#entry;
    this.#tell(clock.askedAt === undefined ? 'nextReply' : 'firstReply', {
      ...this.#ofTicket(clock),
      ...by,
      ms: at - since,
      waitMs: waited(clock, at),
    });
    this.#changeClock({ askedAt: undefined, waitingSince: this.#entry.outside?.waitsSince });
  }

  event(
    event: DeskEvent,
    ticketId: GenericId<'tickets'> | undefined,
    ticketOf: (ticketId: GenericId<'tickets'>) => MeasuredTicket | undefined,
  ): void {
    if (event.type === 'loopBroken') this.#tell('loop', { number: this.measured.clock?.number });
    if (ticketId === undefined) return;
    if (event.type === 'rated') {
      const { score, memberId } = event;
      return this.#tell('rated', { ...ticketOf(ticketId), score, memberId });
    }
    const { at } = this.#entry;
    if (event.type === 'ticketOpened') {
      const { number, priority } = event;
      const clock = { ticketId, number, priority, startedAt: at, waitingSince: at, pausedMs: 0 };
      this.#change({ clock: { ...clock, cause: causeOf(event.reason, event.rule) } });
      return this.#handedOver(event.reason, true);
    }
    if (event.type === 'statusChanged' && !isActive(event.from) && isActive(event.to)) {
      const waitingSince = event.waited === undefined ? at : (event.waited ?? undefined);
      const clock = { number: 0, ...ticketOf(ticketId), ticketId, startedAt: at, waitingSince, pausedMs: 0 };
      this.#change({ clock });
      return this.#tell('reopened', this.#ofTicket(clock));
    }
    if (this.measured.clock?.ticketId === ticketId) this.#onTicket(event);
  }

  #onTicket(event: DeskEvent): void {
    switch (event.type) {
      case 'reasonAdded': {
        const cause = causeOf(event.reason, event.rule);
        if (this.#isAskedAgain(cause)) return this.#spoil();
        if (event.reason !== 'takenOver') this.#changeClock({ cause });
        return this.#handedOver(event.reason, false);
      }
      case 'statusChanged':
        return isActive(event.to) ? undefined : this.#ended(event.to === 'resolved' ? 'resolved' : 'closed');
      case 'targetMissed': {
        // Of before what was kept was counted: alone it would say that nothing was.
        if (event.assigneeId === undefined) return;
        const whose = event.assigneeId === null ? {} : { memberId: event.assigneeId };
        return this.#tell(`${event.target}Missed`, { ...this.#ofTicket(this.measured.clock!), ...whose });
      }
      case 'priorityChanged':
        return this.#changeClock({ priority: event.to });
      case 'waitingChanged':
        return this.#pause({ isWaitingOn: event.to === undefined ? undefined : true });
      case 'snoozed':
        return this.#pause({ isSnoozed: event.to === undefined ? undefined : true });
      case 'assigned':
        return this.#assigned(event);
    }
  }

  /** Who got it and how. One that comes back to life with whoever had it is nobody's gain. */
  #assigned({ from, to, how, mode }: Extract<DeskEvent, { type: 'assigned' }>): void {
    const { author } = this.#entry;
    const tell = (kind: GivenKind, memberId: GenericId<'members'>) =>
      this.#tell(kind, { ...this.#ofTicket(this.measured.clock!), memberId });
    if (how === 'notPickedUp') return from && tell('letGo', from);
    if (to === undefined || how === 'reopen') return undefined;
    if (how === 'automatic') return mode && tell(mode === 'roundRobin' ? 'givenByTurn' : 'givenByLoad', to);
    const isOwn = how === 'takeover' || (author.kind === 'operator' && author.memberId === to);
    return tell(isOwn ? 'tookUp' : 'givenByHand', to);
  }

  /** [B3] For what a person is awaited already: who says it once more has asked once. */
  #isAskedAgain(cause: string): boolean {
    const { askedAt, cause: asked } = this.measured.clock!;
    return askedAt !== undefined && cause === asked;
  }

  #handedOver(reason: HandoverReason, opens: boolean): void {
    const { at } = this.#entry;
    this.#spoil();
    const clock = this.measured.clock!;
    const opening = opens ? { opens: true as const } : {};
    if (reason === 'takenOver') return this.#tell('takenUp', { ...this.#ofTicket(clock), ...opening });
    this.#tell('handover', { ...this.#ofTicket(clock), ...opening });
    this.#changeClock({ askedAt: clock.askedAt ?? at, waitingSince: clock.waitingSince ?? at });
  }

  #ended(kind: 'resolved' | 'closed'): void {
    const { at, author } = this.#entry;
    const clock = this.measured.clock!;
    const paused = clock.pausedMs + (clock.pausedSince === undefined ? 0 : at - clock.pausedSince);
    const by = author.kind === 'operator' && author.memberId ? { memberId: author.memberId } : {};
    this.#kept(by);
    this.#tell(kind, {
      ...this.#ofTicket(clock),
      ...by,
      ms: at - clock.startedAt - paused,
      waitMs: waited(clock, at),
    });
    this.#change({ clock: undefined });
  }

  #pause(change: Pick<Clock, 'isWaitingOn'> | Pick<Clock, 'isSnoozed'>): void {
    const { at } = this.#entry;
    const before = this.measured.clock!;
    const now = { ...before, ...change };
    const pauses = now.isWaitingOn === true || now.isSnoozed === true;
    const { pausedSince, pausedMs } = before;
    if (pauses) now.pausedSince = pausedSince ?? at;
    else if (pausedSince !== undefined) {
      now.pausedMs = pausedMs + at - pausedSince;
      now.pausedSince = undefined;
    }
    this.#change({ clock: now });
  }
}

function waited({ waitingSince }: Clock, at: number): number | undefined {
  return waitingSince === undefined ? undefined : at - waitingSince;
}
