/**
 * Jobs that are due and wait for room, as far as they were read, each in the line of its lane: a job is read once from the queue of
 * its table, however long it waits and however many wait with it.
 *
 * Nothing here is believed: a job is looked at again when it starts. Whatever puts one before what was read already (a time in the
 * past, a clock that was set, a job that goes back) has all of it forgotten and read anew.
 */
import type { Target } from './executor.ts';
import type { Job, JobRef } from './jobs.ts';

/** Its arguments stay where they are: they may be large, and many wait. */
export interface DueJob extends JobRef {
  target: Target;
  scheduledTime: number;
  createdAt: number;
}

/** Where reading goes on in a queue: everything up to there is known. */
export interface Position {
  scheduledTime: number;
  createdAt: number;
}

/** Beyond so many the rest stays unread until some have left: some tens of megabytes. */
const MOST = 100_000;

/** Jobs in the order of one queue. */
type Line = Map<string, DueJob>;
/** Those that go back for another try: no queue's name. */
const AGAIN = ' again';

export class DueJobs<Lane extends string> {
  /** Of each lane, by the component whose queue they stand in. */
  readonly #lanes = new Map<Lane, Map<string, Line>>();
  readonly #positions = new Map<string, Position>();

  constructor(lanes: readonly Lane[]) {
    for (const lane of lanes) this.#lanes.set(lane, new Map());
  }

  positionIn(component: string): Position | null {
    return this.#positions.get(component) ?? null;
  }

  /** The latest time up to which any queue was read. */
  get upToMs(): number {
    return Math.max(-Infinity, ...[...this.#positions.values()].map(({ scheduledTime }) => scheduledTime));
  }

  get isFull(): boolean {
    return [...this.#lanes.keys()].reduce((sum, lane) => sum + this.waiting(lane), 0) >= MOST;
  }

  waiting(lane: Lane): number {
    return [...this.#lanes.get(lane)!.values()].reduce((sum, { size }) => sum + size, 0);
  }

  has(id: string): boolean {
    return [...this.#lanes.values()].some((lines) => [...lines.values()].some((line) => line.has(id)));
  }

  /** One that was read; where it is to be started, in its line as well. */
  read(component: string, { _creationTime: createdAt, scheduledTime }: Job): void {
    this.#positions.set(component, { scheduledTime, createdAt });
  }

  add(lane: Lane, job: DueJob): void {
    this.#put(lane, job.component, job);
  }

  /** One that was read long ago, and is tried once more. */
  again(lane: Lane, job: DueJob): void {
    this.#put(lane, AGAIN, job);
  }

  #put(lane: Lane, name: string, job: DueJob): void {
    const lines = this.#lanes.get(lane)!;
    const line = lines.get(name) ?? new Map<string, DueJob>();
    lines.set(name, line.set(job.id, job));
  }

  /** The next of a lane, the earliest of what stands first in its lines: it does not wait any more. */
  next(lane: Lane): DueJob | null {
    const lines = [...this.#lanes.get(lane)!.values()];
    const [first] = lines.flatMap((line) => line.values().next().value ?? []).sort(byTime);
    if (first === undefined) return null;
    for (const line of lines) line.delete(first.id);
    return first;
  }

  forget(): void {
    this.#positions.clear();
    for (const lines of this.#lanes.values()) lines.clear();
  }
}

export function byTime(one: DueJob, other: DueJob): number {
  return one.scheduledTime - other.scheduledTime || one.createdAt - other.createdAt;
}
