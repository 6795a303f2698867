/**
 * The mutations and actions of one session (§1.7): which wait, which run, and how they are answered.
 *
 * Promises: mutations start in arrival order; what waits is bounded in number and size; an action never holds up a
 * mutation. Surprise: a mutation is handed to the committer without waiting for the one before (it runs them in order
 * anyway), so a pipelining client shares group commits with itself.
 */
import { frameError, FunctionFailure, type FunctionResult } from '../functions/calls/failure.ts';
import type { Caller } from '../functions/calls/services.ts';
import { EDGES } from '../values/edges.ts';
import { CommitError } from '../values/errors.ts';
import type { JsonValue } from '../values/value.ts';
import { actionResponse, mutationResponse } from './frames.ts';
import type { AddQuery, CallMessage } from './protocol.ts';

export interface FunctionCall {
  component: string;
  path: string;
  args: JsonValue;
  caller: Caller;
}

export interface CallBackend {
  mutation(
    call: FunctionCall & { session: { sessionId: string; requestId: number } },
  ): Promise<{ result: FunctionResult; logLines: string[]; ts: bigint }>;
  action(call: FunctionCall): Promise<{ result: FunctionResult; logLines: string[] }>;
}

/** What the calls need of their session. */
export interface CallOwner {
  sessionId(): string;
  callerOf(requestId: number): Caller;
  /** Whether the session may no longer speak in its user's name; it then ends by itself. */
  hasExpired(): boolean;
  /** Sends an answer; with a timestamp, a Transition that reaches it follows. */
  answer(frame: string, reachedTs: bigint | null): void;
  tooMany(reason: string): void;
  fail(error: unknown): void;
}

const MAX_CALLS = EDGES.waitingCalls.most;
const MAX_CHARS = 32 * 1024 * 1024;
const MUTATION_WINDOW = 64;

export class SessionCalls {
  readonly #backend: CallBackend;
  readonly #owner: CallOwner;
  #waiting: { message: CallMessage; caller: Caller; chars: number }[] = [];
  #runningMutations = 0;
  #runningActions = 0;
  /** Of everything that waits or runs. */
  #chars = 0;

  constructor(backend: CallBackend, owner: CallOwner) {
    this.#backend = backend;
    this.#owner = owner;
  }

  /** `chars` is the length of the message. */
  mutation(message: CallMessage, chars: number): void {
    if (this.#waiting.length >= MAX_CALLS || this.#chars + chars > MAX_CHARS)
      return this.#owner.tooMany('TooManyConcurrentMutations');
    this.#chars += chars;
    this.#waiting.push({ message, caller: this.#owner.callerOf(message.requestId), chars });
    this.#startMutations();
  }

  action(message: CallMessage, chars: number): void {
    if (this.#owner.hasExpired()) return;
    if (this.#runningActions >= MAX_CALLS || this.#chars + chars > MAX_CHARS)
      return this.#owner.tooMany('TooManyConcurrentActions');
    this.#runningActions++;
    this.#chars += chars;
    void this.#runAction(message).finally(() => {
      this.#runningActions--;
      this.#chars -= chars;
    });
  }

  /** Nothing that waits is started any more; what runs finishes. */
  forget(): void {
    this.#waiting = [];
  }

  #startMutations(): void {
    while (this.#runningMutations < MUTATION_WINDOW) {
      const next = this.#waiting.shift();
      if (!next || this.#owner.hasExpired()) return;
      this.#runningMutations++;
      void this.#runMutation(next.message, next.caller).finally(() => {
        this.#runningMutations--;
        this.#chars -= next.chars;
        this.#startMutations();
      });
    }
  }

  async #runMutation(message: CallMessage, caller: Caller): Promise<void> {
    const { requestId } = message;
    const session = { sessionId: this.#owner.sessionId(), requestId };
    try {
      const call = { ...targetOf(message), caller, session };
      const { result, logLines, ts } = await this.#backend.mutation(call);
      this.#owner.answer(mutationResponse(requestId, result, logLines, ts), result.ok ? ts : null);
    } catch (error) {
      if (!(error instanceof CommitError)) return this.#owner.fail(error);
      const failure = new FunctionFailure(`${error.code}: ${error.message}`, { code: error.code });
      const result = frameError(caller.requestId, failure, false);
      this.#owner.answer(mutationResponse(requestId, result, [], 0n), null);
    }
  }

  async #runAction(message: CallMessage): Promise<void> {
    const { requestId } = message;
    try {
      const call = { ...targetOf(message), caller: this.#owner.callerOf(requestId) };
      const { result, logLines } = await this.#backend.action(call);
      this.#owner.answer(actionResponse(requestId, result, logLines), 0n);
    } catch (error) {
      this.#owner.fail(error);
    }
  }
}

/** Which function of which component a message is about, and with what. */
export function targetOf({
  componentPath,
  udfPath,
  args,
}: AddQuery | CallMessage): Omit<FunctionCall, 'caller'> {
  return { component: componentPath ?? '', path: udfPath, args };
}
