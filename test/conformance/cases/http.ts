/** HTTP actions. */
import type { Outside } from '../backend.ts';

const text = async (response: Promise<Response>) => (await response).text();
export const http: Record<string, Outside> = {
  'body, status and headers both ways': {
    does: async (backend) => {
      const response = await backend.fetch('/echo', {
        method: 'POST',
        body: 'héllo',
        headers: { 'x-sent': 'yes' },
      });
      return [response.status, response.headers.get('x-sent'), await response.text()];
    },
    gives: [201, 'yes', 'héllo'],
  },
  JSON: {
    does: async (backend) => (await backend.fetch('/json', { method: 'POST', body: '{"a":[1]}' })).json(),
    gives: { got: { a: [1] } },
  },
  bytes: {
    does: async (backend) =>
      Array.from(
        new Uint8Array(
          await (
            await backend.fetch('/bytes', { method: 'POST', body: new Uint8Array([0, 255, 1]) })
          ).arrayBuffer(),
        ),
      ),
    gives: [1, 255, 0],
  },
  'the query string': {
    does: async (backend) => (await backend.fetch('/query?a=1&b=2&a=%C3%A9')).json(),
    gives: ['1', 'é'],
  },
  'calls of functions': {
    does: async (backend) => (await backend.fetch('/insert', { method: 'POST' })).json(),
    gives: [{ a: 'http' }],
  },
  'an exact path': { does: (backend) => text(backend.fetch('/exact')), gives: 'exact' },
  'a prefix': { does: (backend) => text(backend.fetch('/under/here')), gives: 'under /under/here' },
  'the longest prefix wins': { does: (backend) => text(backend.fetch('/under/deep/here')), gives: 'deeper' },
  'the method chooses': {
    does: async (backend) => [
      await text(backend.fetch('/method')),
      await text(backend.fetch('/method', { method: 'DELETE' })),
    ],
    gives: ['got', 'deleted'],
  },
  'a path nobody serves is 404': {
    does: async (backend) => (await backend.fetch('/nowhere')).status,
    gives: 404,
  },
  'a method nobody serves is 404': {
    does: async (backend) => (await backend.fetch('/exact', { method: 'PUT' })).status,
    gives: 404,
  },
  'a response without a body': {
    does: async (backend) => (await backend.fetch('/empty')).status,
    gives: 204,
  },
  'a redirect is handed on': {
    does: async (backend) => {
      const response = await backend.fetch('/redirect');
      return [response.status, response.headers.get('location')];
    },
    gives: [302, '/exact'],
  },
  'an HTTP action has no database': {
    does: async (backend) => (await backend.fetch('/db')).json(),
    gives: false,
  },
};
