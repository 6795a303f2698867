import fc from 'fast-check';
import { expect, it } from 'vitest';
import { QueryOutcome } from '../subscriptions/queryOutcome.ts';
import { type Modification, transitionFrame, type Version } from './frames.ts';
import { collectGarbage } from '../../test/collectGarbage.ts';
import { encodeTs } from './protocol.ts';

const outcomes = ['"é"', '1', '[]'].map((value) => new QueryOutcome({ ok: true, value }, [], null));

it('what a result keeps for its frames is not more memory than it has bytes', () => {
  for (const { fragment } of outcomes) expect(fragment.buffer.byteLength).toBe(fragment.byteLength);
});
const few = fc.integer({ min: 0, max: 1 });
const version = fc.record({ querySet: few, identity: few, ts: few.map(BigInt) });
const modification = fc.record({
  queryId: few,
  outcome: fc.option(fc.constantFrom(...outcomes)),
});
const told = fc.record({
  start: version,
  end: version,
  modifications: fc.array(modification, { maxLength: 3 }),
  skew: fc.option(few),
});

function read(parts: readonly (string | Buffer)[]): object {
  return JSON.parse(Buffer.concat(parts.map((part) => Buffer.from(part as string))).toString()) as object;
}

function expected(start: Version, end: Version, modifications: readonly Modification[]): object {
  const wire = (version: Version) => ({ ...version, ts: encodeTs(version.ts) });
  return {
    type: 'Transition',
    startVersion: wire(start),
    endVersion: wire(end),
    modifications: modifications.map(({ queryId, outcome }) =>
      outcome === null
        ? { type: 'QueryRemoved', queryId }
        : {
            type: 'QueryUpdated',
            value: JSON.parse((outcome.result as { value: string }).value) as unknown,
            logLines: [],
            journal: null,
            queryId,
          },
    ),
  };
}

it('[engine W31] each socket is told its own, however alike what others were told just before', () => {
  fc.assert(
    fc.property(fc.array(told, { minLength: 2, maxLength: 12 }), (frames) => {
      for (const { start, end, modifications, skew } of frames) {
        const frame = read(transitionFrame(start, end, modifications, skew));
        expect(frame).toMatchObject(expected(start, end, modifications));
        expect((frame as { modifications: [] }).modifications).toHaveLength(modifications.length);
        expect((frame as { clientClockSkew?: number }).clientClockSkew ?? null).toBe(skew);
      }
    }),
    { numRuns: 2_000 },
  );
});

it('[E4] what was told last is held by nobody once it is told', async () => {
  const at = { querySet: 0, identity: 0, ts: 0n };
  const tell = () => {
    const outcome = new QueryOutcome({ ok: true, value: JSON.stringify('x'.repeat(1_000_000)) }, [], null);
    transitionFrame(at, { ...at, ts: 1n }, [{ queryId: 1, outcome }], null);
    return new WeakRef(outcome);
  };
  const told = tell();
  for (let turn = 0; turn < 2; turn++) await new Promise((next) => setImmediate(next));
  collectGarbage();
  expect(told.deref()).toBeUndefined();
});
