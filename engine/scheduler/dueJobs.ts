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

export class DueJobs<Lane extends string> {
  readonly #lines = new Map<Lane, Map<string, DueJob>>();
  readonly #positions = new Map<string, Position>();

  constructor(lanes: readonly Lane[]) {
    for (const lane of lanes) this.#lines.set(lane, new Map());
  }

  positionIn(component: string): Position | null {
    return this.#positions.get(component) ?? null;
  }

  /** The latest time up to which any queue was read. */
  get upToMs(): number {
    return Math.max(-Infinity, ...[...this.#positions.values()].map(({ scheduledTime }) => scheduledTime));
  }

  get isFull(): boolean {
    return [...this.#lines.values()].reduce((sum, { size }) => sum + size, 0) >= MOST;
  }

  waiting(lane: Lane): number {
    return this.#lines.get(lane)!.size;
  }

  has(id: string): boolean {
    return [...this.#lines.values()].some((line) => line.has(id));
  }

  /** One that was read; where it is to be started, in its line as well. */
  read(component: string, { _creationTime: createdAt, scheduledTime }: Job): void {
    this.#positions.set(component, { scheduledTime, createdAt });
  }

  add(lane: Lane, job: DueJob): void {
    this.#lines.get(lane)!.set(job.id, job);
  }

  /** What several components have is one line. */
  inOrder(): void {
    if (this.#positions.size < 2) return;
    for (const [lane, line] of this.#lines)
      this.#lines.set(lane, new Map([...line].sort(([, one], [, other]) => byTime(one, other))));
  }

  /** The next of a lane: it does not wait any more. */
  next(lane: Lane): DueJob | null {
    const line = this.#lines.get(lane)!;
    for (const [id, job] of line) {
      line.delete(id);
      return job;
    }
    return null;
  }

  forget(): void {
    this.#positions.clear();
    for (const line of this.#lines.values()) line.clear();
  }
}

export function byTime(one: DueJob, other: DueJob): number {
  return one.scheduledTime - other.scheduledTime || one.createdAt - other.createdAt;
}
