/**
 * A line in which everybody has one turn after the other (docs/adr/0007-order-under-load.md): whoever asks for a hundred things waits
 * for themself, and whoever asks for one is served after at most one of each of the others.
 */
export interface Owned {
  /** Who asks for it: what of one owner waits is served in the order it came. Null, nobody: it takes a turn of its own. */
  owner: string | null;
}

/** First come, first served, in the same time however many wait: an array that gives its first away moves all the others. */
class Queue<T> {
  /** Put back, the next last. */
  #front: T[] = [];
  #back: T[] = [];
  /** Of the back, where the next is. */
  #at = 0;

  get length(): number {
    return this.#front.length + this.#back.length - this.#at;
  }

  push(one: T): void {
    this.#back.push(one);
  }

  unshift(one: T): void {
    this.#front.push(one);
  }

  shift(): T {
    if (this.#front.length > 0) return this.#front.pop()!;
    const one = this.#back[this.#at++]!;
    // What has gone is let go of once it is the greater part.
    if (this.#at * 2 >= this.#back.length) {
      this.#back = this.#back.filter((_, at) => at >= this.#at);
      this.#at = 0;
    }
    return one;
  }

  /** Most likely it stands where one was put last; what does not stand here leaves the others where they are. */
  drop(one: T): void {
    const ahead = this.#front.lastIndexOf(one);
    if (ahead !== -1) return void this.#front.splice(ahead, 1);
    const at = this.#back.lastIndexOf(one);
    if (at >= this.#at) this.#back.splice(at, 1);
  }

  /** Those that are meant do not stand here any more. */
  remove(isMeant: (one: T) => boolean): T[] {
    const all = [...this.#front.toReversed(), ...this.#back.filter((_, at) => at >= this.#at)];
    this.#front = [];
    this.#back = all.filter((one) => !isMeant(one));
    this.#at = 0;
    return all.filter(isMeant);
  }
}

/** What of one owner waits. */
interface Place<Job> {
  owner: string | null;
  jobs: Queue<Job>;
}

export class Line<Job> {
  /** When it last began to wait: it was empty before, or had its turn. */
  waitsSinceMs = 0;
  #length = 0;
  /** In the order of their next turns. */
  readonly #places = new Queue<Place<Job>>();
  readonly #owners = new Map<string, Place<Job>>();

  get length(): number {
    return this.#length;
  }

  push(job: Job, owner: string | null, nowMs: number): void {
    if (this.#length === 0) this.waitsSinceMs = nowMs;
    const place = this.#placeOf(owner);
    if (place.jobs.length === 0) this.#places.push(place);
    place.jobs.push(job);
    this.#length++;
  }

  /** It was taken last, and is the next again. */
  putBack(job: Job, owner: string | null): void {
    const place = this.#placeOf(owner);
    if (place.jobs.length > 0) this.#places.drop(place);
    this.#places.unshift(place);
    place.jobs.unshift(job);
    this.#length++;
  }

  /** The next ones, at most `most`. */
  take(most: number, nowMs: number): Job[] {
    const taken: Job[] = [];
    while (taken.length < most && this.#places.length > 0) {
      const place = this.#places.shift();
      taken.push(place.jobs.shift());
      if (place.jobs.length > 0) this.#places.push(place);
      else this.#leave(place);
    }
    if (taken.length > 0) this.waitsSinceMs = nowMs;
    this.#length -= taken.length;
    return taken;
  }

  /** Those of the owner's that are meant do not stand here any more. */
  withdraw(owner: string, isMeant: (job: Job) => boolean): Job[] {
    const place = this.#placeOf(owner);
    const gone = place.jobs.remove(isMeant);
    this.#length -= gone.length;
    if (place.jobs.length > 0) return gone;
    this.#places.drop(place);
    this.#leave(place);
    return gone;
  }

  #placeOf(owner: string | null): Place<Job> {
    const known = owner === null ? undefined : this.#owners.get(owner);
    if (known !== undefined) return known;
    const place = { owner, jobs: new Queue<Job>() };
    if (owner !== null) this.#owners.set(owner, place);
    return place;
  }

  #leave({ owner }: Place<Job>): void {
    if (owner !== null) this.#owners.delete(owner);
  }
}
