/**
 * What agents, customers and operators do in the simulation. A step names positions, not ids, so the same steps run
 * against the twin, against convex-test and against a running engine. `lag` is how many acts ago its author looked:
 * the epoch and the last entry they carry are from then.
 */
import * as fc from 'fast-check';

interface Common {
  conversation: number;
  operator: number;
  lag: number;
  /** Confirms a steal, or a thread that has moved, with what was shown at `lag`. */
  confirm: boolean;
}

export type Step = Common &
  (
    | { do: 'customerWrites' }
    | { do: 'agentAnswers' }
    | { do: 'handOver' }
    | { do: 'takeOver' }
    | { do: 'reply' }
    | { do: 'takeOverAndSend' }
    | { do: 'note' }
    | { do: 'resolve'; answerNow: boolean }
    | { do: 'close'; answerNow: boolean }
    | { do: 'reopen'; ticket: number }
    | { do: 'assign'; to: number | null }
    | { do: 'returnToAgent'; answerNow: boolean }
    | { do: 'setTags'; tags: string[] }
  );

/** Steps at once: whichever order the server gives them must be one the twin allows. */
export type Act = Step | { atOnce: [Step, Step] };

export const conversations = 2;
export const operators = 3;
export const tags = ['vip', 'refund'] as const;

const common = {
  conversation: fc.nat({ max: conversations - 1 }),
  operator: fc.nat({ max: operators - 1 }),
  lag: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat({ max: 4 }) }),
  confirm: fc.boolean(),
};

function step<Name extends Step['do']>(name: Name, more: Record<string, fc.Arbitrary<unknown>> = {}) {
  return fc.record({ do: fc.constant(name), ...common, ...more }) as unknown as fc.Arbitrary<Step>;
}

const answerNow = fc.boolean();

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: step('customerWrites') },
  { weight: 6, arbitrary: step('agentAnswers') },
  { weight: 3, arbitrary: step('handOver') },
  { weight: 5, arbitrary: step('takeOver') },
  { weight: 5, arbitrary: step('reply') },
  { weight: 2, arbitrary: step('takeOverAndSend') },
  { weight: 1, arbitrary: step('note') },
  { weight: 4, arbitrary: step('resolve', { answerNow }) },
  { weight: 2, arbitrary: step('close', { answerNow }) },
  { weight: 2, arbitrary: step('reopen', { ticket: fc.nat({ max: 3 }) }) },
  { weight: 3, arbitrary: step('assign', { to: fc.option(fc.nat({ max: operators - 1 })) }) },
  { weight: 2, arbitrary: step('returnToAgent', { answerNow }) },
  { weight: 2, arbitrary: step('setTags', { tags: fc.subarray([...tags]) }) },
);

/** One customer types on while the agent, each time, answers what it had read before. */
const typingBurst: fc.Arbitrary<Act[]> = fc
  .record({ conversation: common.conversation, times: fc.integer({ min: 2, max: 5 }) })
  .map(({ conversation, times }) => {
    const at = { conversation, operator: 0, confirm: false };
    const writes: Act = { do: 'customerWrites', ...at, lag: 0 };
    const answers: Act = { do: 'agentAnswers', ...at, lag: 1 };
    return [writes, ...Array.from({ length: times }, () => [writes, answers]).flat()];
  });

/** A ticket is closed, its conversation gets another, and somebody wants the old one back. */
const secondTicket: fc.Arbitrary<Act[]> = fc
  .record({ conversation: common.conversation, operator: common.operator })
  .map((who) => {
    const at = { ...who, lag: 0, confirm: true };
    return [
      { do: 'handOver', ...at },
      { do: 'close', ...at, answerNow: true },
      { do: 'handOver', ...at },
      { do: 'reopen', ...at, ticket: 0 },
    ];
  });

/** Single steps, two at once, and what chance alone would seldom put together. */
export const anyActs: fc.Arbitrary<Act[]> = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: anyStep.map((step): Act[] => [step]) },
      { weight: 3, arbitrary: fc.tuple(anyStep, anyStep).map((atOnce): Act[] => [{ atOnce }]) },
      { weight: 1, arbitrary: typingBurst },
      { weight: 1, arbitrary: secondTicket },
    ),
    { minLength: 5, maxLength: 30 },
  )
  .map((episodes) => episodes.flat());
