/** Arguments and results against their validators. */
import type { Backend, Outside } from '../backend.ts';
import { answer, FAILS, fill, throwing } from './support.ts';

const taking =
  (it: unknown, ...validators: string[]) =>
  async (backend: Backend) => {
    const args = it === undefined ? {} : { it };
    return Promise.all(validators.map((name) => answer(backend.mutation(`validation:takes${name}`, args))));
  };

export const args: Record<string, Outside> = {
  'a number': { does: taking(1, 'Number', 'Int64', 'Any', 'Null'), gives: ['taken', FAILS, 'taken', FAILS] },
  'an int64': { does: taking(1n, 'Int64', 'Number', 'Any'), gives: ['taken', FAILS, 'taken'] },
  null: { does: taking(null, 'Null', 'Optional', 'Any'), gives: ['taken', FAILS, 'taken'] },
  nothing: { does: taking(undefined, 'Optional', 'Any', 'Number'), gives: ['taken', FAILS, FAILS] },
  text: {
    does: taking('a', 'Literal', 'Union', 'Optional', 'Id'),
    gives: ['taken', 'taken', 'taken', FAILS],
  },
  'another text': { does: taking('b', 'Literal', 'Union'), gives: [FAILS, 'taken'] },
  'an object of a union': {
    does: taking({ a: 1 }, 'Union', 'Record', 'Any'),
    gives: ['taken', FAILS, 'taken'],
  },
  'an object with a field too many': {
    does: taking({ a: 1, z: 1 }, 'Union', 'Any'),
    gives: [FAILS, 'taken'],
  },
  'a record': { does: taking({ x: true }, 'Record'), gives: ['taken'] },
  'nested fields': { does: taking({ b: ['x'] }, 'Object'), gives: ['taken'] },
  'a nested item of another type': { does: taking({ b: [1] }, 'Object'), gives: [FAILS] },
  'a nested field missing': { does: taking({ a: 1 }, 'Object'), gives: [FAILS] },
  bytes: { does: taking(new Uint8Array([1]).buffer, 'Bytes', 'Optional'), gives: ['taken', FAILS] },
  'a function handle, and what is none': {
    does: async (backend) => {
      const handle = await backend.mutation('tools:handleOf');
      const given = [handle, 'tools:count', 'function://', 1, null];
      return Promise.all(given.map((it) => answer(backend.mutation('validation:takesFunction', { it }))));
    },
    gives: ['taken', FAILS, FAILS, FAILS, FAILS],
  },
  'an id of the table, and of another': {
    does: async (backend) => {
      const [item] = (await fill(backend, [1])) as string[];
      const [person] = (await backend.mutation('tools:insert', {
        table: 'people',
        documents: [{ name: 'Ann' }],
      })) as string[];
      return Promise.all([item, person].map((it) => answer(backend.mutation('validation:takesId', { it }))));
    },
    gives: ['taken', FAILS],
  },
  'an argument too many': throwing(FAILS, (backend) =>
    backend.mutation('validation:takesNumber', { it: 1, more: 1 }),
  ),
  'a function without validators takes anything': {
    does: (backend) => backend.query('tools:noArgs', { any: 'thing' }),
    gives: { any: 'thing' },
  },
  'a result that fits': {
    does: (backend) => backend.mutation('validation:returns', { it: { a: 1 } }),
    gives: { a: 1 },
  },
  'a result that does not fit is refused': throwing(FAILS, (backend) =>
    backend.mutation('validation:returns', { it: { a: 'x' } }),
  ),
  'and leaves nothing': {
    does: async (backend) => {
      await answer(backend.mutation('validation:returns', { it: { a: 'x' } }));
      return backend.query('tools:count');
    },
    gives: 0,
  },
  'a result with a field too many is refused': throwing(FAILS, (backend) =>
    backend.mutation('validation:returns', { it: { a: 1, c: 1 } }),
  ),
};
