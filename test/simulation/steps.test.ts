/** What the simulation plays must reach what the rules are about; otherwise it would pass for want of trying. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyActs, conversations } from './steps.ts';
import { look, newTwin, play } from './twin.ts';

const mustHappen = [
  'agentAnswers STALE_EPOCH',
  'agentAnswers SUPERSEDED',
  'agentAnswers sent, starved',
  'takeOver changed',
  'takeOver unchanged',
  'takeOver CONTROL_HELD',
  'takeOver changed, steal',
  'reply sent',
  'reply TAKE_OVER_FIRST',
  'reply CONTROL_HELD',
  'reply STALE_EPOCH',
  'reply THREAD_MOVED',
  'takeOverAndSend changed+THREAD_MOVED',
  'takeOverAndSend changed+sent',
  'resolve done',
  'resolve CONTROL_HELD',
  'resolve CONTROL_CHANGED',
  'resolve THREAD_MOVED',
  'resolve ILLEGAL_TRANSITION',
  'close done',
  'reopen ok',
  'reopen ACTIVE_TICKET_EXISTS',
  'assign ok',
  'assign CONTROL_HELD',
  'returnToAgent done',
  'setTags ok',
  'handOver opened',
  'handOver reopened',
  'handOver added',
];

test('the steps reach every refusal and every way through', () => {
  const happened = new Set<string>();
  for (const acts of fc.sample(anyActs, { seed: 7, numRuns: 300 })) {
    let twin = newTwin(conversations);
    for (const act of acts) {
      for (const step of 'atOnce' in act ? act.atOnce : [act]) {
        const before = twin.conversations[step.conversation]!;
        const after = play(twin, step);
        const isStarved = step.do === 'agentAnswers' && before.refusals >= 3 && after.answer === 'sent';
        const isSteal =
          step.do === 'takeOver' && typeof before.holder === 'number' && after.answer === 'changed';
        happened.add(`${step.do} ${after.answer}${isStarved ? ', starved' : ''}${isSteal ? ', steal' : ''}`);
        twin = after.twin;
      }
      twin = look(twin);
    }
  }
  expect(mustHappen.filter((what) => !happened.has(what))).toEqual([]);
});
