import { describe, expect, it } from 'vitest';
import { knownGaps } from './knownGaps.ts';

describe('known gaps', () => {
  it.each(knownGaps.map((gap) => [gap.id, gap] as const))(
    '%s is still open: else delete it from the list',
    async (_, gap) => {
      expect(await gap.isClosed()).toBe(false);
    },
  );

  it('have names of their own, each in an area of SPEC.md', () => {
    const ids = knownGaps.map((gap) => gap.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[VSQTFRWHPJUBXIC]-[a-z][A-Za-z0-9]*$/);
  });
});
