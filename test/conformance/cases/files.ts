/** Stored files. */
import type { Calls, Outside } from '../backend.ts';
import { answer, FAILS } from './support.ts';

const stored = async (backend: Calls, text: string, type?: string) =>
  (await backend.action('tools:store', type === undefined ? { text } : { text, type })) as string;
export const files: Record<string, Outside> = {
  'a file comes back': {
    does: async (backend) =>
      backend.action('tools:load', { id: await stored(backend, 'héllo', 'text/plain') }),
    gives: { text: 'héllo', type: 'text/plain', size: 6 },
  },
  'a file has a document': {
    does: async (backend) => {
      const { size, sha256, contentType } = (await backend.query('tools:fileDocument', {
        id: await stored(backend, 'abc', 'text/plain'),
      })) as Record<string, unknown>;
      return { size, sha256, contentType };
    },
    gives: { size: 3, sha256: 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=', contentType: 'text/plain' },
  },
  'a file has a URL': {
    does: async (backend) =>
      /^https?:/.test((await backend.query('tools:fileUrl', { id: await stored(backend, 'abc') })) as string),
    gives: true,
  },
  'a file that is deleted is gone': {
    does: async (backend) => {
      const id = await stored(backend, 'abc');
      await backend.mutation('tools:removeFile', { id });
      return [
        await backend.query('tools:fileDocument', { id }),
        await backend.query('tools:fileUrl', { id }),
        await backend.action('tools:load', { id }),
      ];
    },
    gives: [null, null, null],
  },
  'a deletion is undone with its mutation': {
    does: async (backend) => {
      const id = await stored(backend, 'abc');
      await answer(backend.mutation('tools:removeFile', { id, fail: true }));
      return ((await backend.action('tools:load', { id })) as { text: string }).text;
    },
    gives: 'abc',
  },
  'deleting twice is refused': {
    does: async (backend) => {
      const id = await stored(backend, 'abc');
      await backend.mutation('tools:removeFile', { id });
      return answer(backend.mutation('tools:removeFile', { id }));
    },
    gives: FAILS,
  },
  'an upload URL is one': {
    does: async (backend) => /^https?:/.test((await backend.mutation('tools:uploadUrl')) as string),
    gives: true,
  },
};
