/** Errors on their way to the caller, and who may call what. */
import type { Outside } from '../backend.ts';
import { answer, FAILS, throwing } from './support.ts';

const DATA = { code: 'NO', n: 1n, list: [null, -0], bytes: new Uint8Array([1]).buffer };
export const errors: Record<string, Outside> = {
  'a query’s Error is a refusal': throwing(FAILS, (backend) => backend.query('tools:throwsError')),
  'a query’s ConvexError arrives with its data': throwing({ threw: DATA }, (backend) =>
    backend.query('tools:throwsData', { data: DATA }),
  ),
  'a ConvexError may be text': throwing({ threw: 'no' }, (backend) =>
    backend.query('tools:throwsData', { data: 'no' }),
  ),
  'a ConvexError may be null': throwing({ threw: null }, (backend) =>
    backend.query('tools:throwsData', { data: null }),
  ),
  'a mutation’s ConvexError arrives with its data': throwing({ threw: DATA }, (backend) =>
    backend.mutation('tools:writesThenThrows', { data: DATA }),
  ),
  'an action’s ConvexError arrives with its data': throwing({ threw: DATA }, (backend) =>
    backend.action('tools:throwsInAction', { data: DATA }),
  ),
  'a ConvexError passes through a query that called': throwing({ threw: DATA }, (backend) =>
    backend.query('tools:nestedThrow', { data: DATA }),
  ),
  'a ConvexError passes through a mutation that called': throwing({ threw: DATA }, (backend) =>
    backend.mutation('tools:nestedThrowInMutation', { data: DATA }),
  ),
  'a ConvexError passes through an action that called': throwing({ threw: DATA }, (backend) =>
    backend.action('tools:nestedThrowInAction', { data: DATA }),
  ),
  'a ConvexError passes through two actions': throwing({ threw: DATA }, (backend) =>
    backend.action('tools:twiceNestedThrowInAction', { data: DATA }),
  ),
  'a mutation that throws leaves nothing, nor its jobs': {
    does: async (backend) => {
      await answer(backend.mutation('tools:writesThenThrows', { data: 1 }));
      await backend.settle();
      return backend.query('tools:count');
    },
    gives: 0,
  },
  'a missing function is refused': throwing(FAILS, (backend) => backend.query('tools:nobody')),
  'a missing module is refused': throwing(FAILS, (backend) => backend.query('nobody:nothing')),
  'a mutation asked for as a query is refused': throwing(FAILS, (backend) =>
    backend.query('tools:insert', { table: 'items', documents: [] }),
  ),
  'a query asked for as an action is refused': throwing(FAILS, (backend) => backend.action('tools:count')),
  'an internal query is not for everybody': throwing(FAILS, (backend) => backend.query('tools:secret')),
  'an internal mutation is not for everybody': throwing(FAILS, (backend) =>
    backend.mutation('tools:secretMutation'),
  ),
  'an internal action is not for everybody': throwing(FAILS, (backend) =>
    backend.action('tools:secretAction'),
  ),
  'the developer may call what is internal': {
    does: (backend) => backend.asAdmin.query('tools:secret'),
    gives: 'secret',
  },
  'a helper that is exported is no function': throwing(FAILS, (backend) => backend.query('kit:fields')),
};
