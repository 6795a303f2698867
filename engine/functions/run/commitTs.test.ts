import { expect, it } from 'vitest';
import { resolveCommitTs } from './commitTs.ts';

it('[engine F17] the commit timestamp replaces its placeholder, not text that looks like it', () => {
  expect(resolveCommitTs('{"a":{"$commitTs":null},"b":"{\\"$commitTs\\":null}"}', 1n)).toBe(
    '{"a":{"$integer":"AQAAAAAAAAA="},"b":"{\\"$commitTs\\":null}"}',
  );
});
