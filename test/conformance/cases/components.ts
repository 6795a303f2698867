/** Components as callers, jobs and HTTP requests meet them. */
import type { Backend, Outside } from '../backend.ts';
import { FAILS, throwing } from './support.ts';

const items = (backend: Backend) => backend.query('tools:list', { table: 'items' });
const leftItems = (backend: Backend) => backend.query('components:leftItems');
const leftJob = async (backend: Backend, id: unknown) =>
  ((await backend.query('components:leftJobs')) as { id: string; name: string; kind: string }[]).find(
    (job) => job.id === id,
  );

export const components: Record<string, Outside> = {
  'a component is not told who the user is': {
    does: async (backend) => [
      await backend.as('ann').query('components:who'),
      await backend.as('ann').mutation('components:whoInMutation'),
    ],
    gives: [
      ['ann', null],
      [null, null],
    ],
  },
  'nor is a function of the app that a component calls': {
    does: (backend) => backend.as('ann').query('components:whoCallsBack'),
    gives: null,
  },
  'nor when an action calls it': {
    does: (backend) => backend.as('ann').action('componentActions:who'),
    gives: [null, null, null, null],
  },
  'a mutation over several components has one commit timestamp': {
    does: async (backend) => {
      await backend.mutation('components:stamp');
      const [app, left] = (await backend.query('components:stamps')) as unknown[];
      return [typeof app, app === left];
    },
    gives: ['bigint', true],
  },
  'a component’s folder is no module of the app': throwing(FAILS, (backend) =>
    backend.query('shelf/lib:count'),
  ),
  'a component’s functions are not for clients': throwing(FAILS, (backend) =>
    backend.query('left/lib:count'),
  ),
  'a component’s job runs in the component': {
    does: async (backend) => {
      const id = await backend.mutation('components:tell', { name: 'putLater', args: { a: 'job', ms: 0 } });
      await backend.settle();
      return [(await leftJob(backend, id))?.kind, await leftItems(backend), await items(backend)];
    },
    gives: ['success', [{ a: 'job' }], []],
  },
  'a component’s job has the name of its function there': {
    does: async (backend) => {
      const id = await backend.mutation('components:tell', {
        name: 'putLater',
        args: { a: 1, ms: 3_600_000 },
      });
      return (await leftJob(backend, id))?.name;
    },
    gives: 'lib.js:hiddenPut',
  },
  'a component schedules a function of the app through its handle, as nobody': {
    does: async (backend) => {
      const id = await backend.as('ann').mutation('components:tellLater');
      await backend.settle();
      return [(await leftJob(backend, id))?.kind, await items(backend)];
    },
    gives: ['success', [{ who: null }]],
  },
  'the app schedules a function of a component': {
    does: async (backend) => {
      await backend.mutation('components:putLater');
      await backend.settle();
      return leftItems(backend);
    },
    gives: [{ a: 'scheduled by the app' }],
  },
  'a component answers HTTP requests under its prefix': {
    does: async (backend) => {
      await backend.mutation('components:tell', { name: 'put', args: { a: 1 } });
      return (await backend.fetch('/left/hook')).json();
    },
    gives: [{ a: 1 }],
  },
  'its routes see the whole path': {
    does: async (backend) => (await backend.fetch('/left/under/here')).text(),
    gives: '/left/under/here',
  },
  'its child answers under both prefixes': {
    does: async (backend) => (await backend.fetch('/left/drawer/hook')).text(),
    gives: 'drawer',
  },
  'a component that is mounted nowhere answers nowhere': {
    does: async (backend) => [
      (await backend.fetch('/right/hook')).status,
      (await backend.fetch('/hook')).status,
      (await backend.fetch('/drawer/hook')).status,
    ],
    gives: [404, 404, 404],
  },
};
