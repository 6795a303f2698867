/**
 * Mutations: run in the committer's batch, answered once for each request of a client's session.
 *
 * The record of a session's request is written in the mutation's own transaction; a repeat finds it there and gets the
 * first answer.
 */
import type { Rank } from '../../transaction/order.ts';
import type { Transaction } from '../../transaction/transaction.ts';
import { DeveloperError } from '../../values/errors.ts';
import { Answers, type Session } from '../calls/answers.ts';
import { frameError, FunctionFailure, type FunctionResult } from '../calls/failure.ts';
import type { LogLine } from '../calls/logLines.ts';
import type { JobCall, JobOutcome } from '../calls/services.ts';
import type { FunctionInfo } from '../code/generation.ts';
import { patiently } from '../time/userTime.ts';
import { isGuarded } from '../time/watchdog.ts';
import { resolveCommitTs } from './commitTs.ts';
import type { Execution } from './execution.ts';
import { type FunctionCall, type FunctionRun, type Invocation, jobCaller, unwrap } from './invocation.ts';

export interface MutationCall extends FunctionCall {
  session?: Session;
}

export interface MutationRun extends FunctionRun {
  ts: bigint;
}

/** What a transaction's attempt printed; it outlives one that throws. */
interface Printed {
  lines: LogLine[];
  texts: string[];
}

/** What a function says of its rank counts for callers who say who they are. */
function rankOf({ writeRank }: FunctionInfo, { caller }: MutationCall): Rank | undefined {
  return caller.identity === null && !caller.allowInternal ? undefined : writeRank;
}

/** Whom a mutation is accounted to: whoever it is asked for by name, by a known credential or by address; nobody, what the desk does itself. */
function ownerOf({ caller }: MutationCall): string | null {
  const { identity, credential, ip } = caller;
  return identity?.tokenIdentifier ?? credential ?? ip ?? null;
}

export class Mutations {
  readonly #invocation: Invocation;
  readonly #answers: Answers;

  constructor(invocation: Invocation) {
    this.#invocation = invocation;
    this.#answers = new Answers(invocation.services.store);
  }

  /** Resolves when its effects are durable. */
  async run(call: MutationCall): Promise<MutationRun> {
    const { committer } = this.#invocation.services;
    const started = performance.now();
    const printed: Printed = { lines: [], texts: [] };
    const finish = (result: FunctionResult, ts: bigint): MutationRun => {
      this.#invocation.log('Mutation', call, started, printed.lines, result);
      return { result, logLines: this.#invocation.redacts(call.caller) ? [] : printed.texts, ts };
    };
    try {
      const info = this.#invocation.find(call, 'Mutation');
      const { value: done, ts } = await committer.write(
        (tx) => this.#replay(call) ?? this.#inBatch(tx, info, call, printed),
        { rank: rankOf(info, call), session: call.session?.sessionId, owner: ownerOf(call) },
      );
      return typeof done === 'string' ? finish({ ok: true, value: done }, ts) : done;
    } catch (error) {
      if (!(error instanceof DeveloperError)) throw error;
      const { caller } = call;
      return finish(
        frameError(caller.requestId, error, this.#invocation.redacts(caller)),
        committer.latestTs(),
      );
    }
  }

  /** Runs inside a transaction somebody else commits; after a failure none of its effects are left in it. */
  runIn(tx: Transaction, job: JobCall): JobOutcome {
    const call = { ...job, caller: jobCaller(job) };
    const started = performance.now();
    const execution = this.#invocation.execution(tx, call.caller);
    let outcome: JobOutcome;
    let result: FunctionResult;
    try {
      const info = this.#invocation.find(call, 'Mutation');
      const value = patiently((patience) => {
        if (patience > 1) tx.startOver();
        return tx.nested(() =>
          this.#invocation.guarded(info, patience, () => execution.run(info, unwrap(call.args))),
        );
      });
      result = { ok: true, value };
      outcome = { ok: true };
    } catch (error) {
      if (!(error instanceof DeveloperError)) throw error;
      result = frameError(call.caller.requestId, error, false);
      outcome = { ok: false, error: error.message.trimEnd() };
    }
    this.#invocation.log('Mutation', call, started, execution.logs.lines, result);
    return outcome;
  }

  /** The first answer to a request that comes again. */
  #replay({ session, caller }: MutationCall): MutationRun | null {
    if (session === undefined) return null;
    const known = this.#answers.find(session, caller);
    if (known === 'withheld')
      throw new FunctionFailure(
        'This request was answered before, and not to this caller: it is not run again.',
        { code: 'AnsweredToSomebodyElse' },
      );
    if (known === null) return null;
    const logLines = this.#invocation.redacts(caller) ? [] : known.logLines;
    return { result: { ok: true, value: known.result }, logLines, ts: known.ts };
  }

  /** Runs the function in the batch's transaction and remembers its answer there. */
  #inBatch(tx: Transaction, info: FunctionInfo, call: MutationCall, printed: Printed): string {
    const { now } = this.#invocation.services;
    let execution = this.#invocation.execution(tx, call.caller);
    try {
      // A second attempt belongs here: in the queue, it would come after mutations its client sent later.
      const value = patiently((patience) => {
        if (patience > 1) execution = this.#invocation.execution(tx, call.caller);
        return this.#attempt(tx, info, call, patience, execution);
      });
      const result = resolveCommitTs(value, tx.commitTs);
      if (call.session !== undefined) {
        const answer = { ts: tx.commitTs, result, logLines: execution.logs.texts() };
        this.#answers.keep(call.session, call.caller, answer);
      }
      return result;
    } finally {
      for (const warning of tx.warnings()) execution.logs.add('WARN', [warning], now());
      printed.lines = execution.logs.lines;
      printed.texts = execution.logs.texts();
    }
  }

  #attempt(
    tx: Transaction,
    info: FunctionInfo,
    call: MutationCall,
    patience: number,
    execution: Execution,
  ): string {
    if (patience > 1) tx.startOver();
    const attempt = (): string =>
      this.#invocation.guarded(info, patience, () => execution.run(info, unwrap(call.args)), call);
    // Under the batch's watchdog nothing starves here, so there is nothing to take back.
    return isGuarded() ? attempt() : tx.nested(attempt);
  }
}
