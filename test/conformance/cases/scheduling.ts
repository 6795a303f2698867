/** What becomes of jobs. */
import type { Backend, Outside } from '../backend.ts';

interface Job {
  name: string;
  args: unknown[];
  scheduledTime: number;
  completedTime?: number;
  state: { kind: string; error?: string };
}

const HOUR = 3_600_000;
const INSERT = { name: 'tools:insert', args: { table: 'items', documents: [{ a: 'job' }] } };
const items = (backend: Backend) => backend.query('tools:list', { table: 'items' });
const schedule = async (backend: Backend, name: string, args: object, ms = 0) =>
  (await backend.mutation('tools:schedule', { name, args, ms })) as string;
const job = async (backend: Backend, id: string) => (await backend.query('tools:job', { id })) as Job | null;
const kind = async (backend: Backend, id: string) => (await job(backend, id))?.state.kind;
const refused = (call: Promise<unknown>) =>
  call.then(
    () => 'accepted',
    () => 'refused',
  );

export const scheduling: Record<string, Outside> = {
  'a job runs and succeeds': {
    does: async (backend) => {
      const id = await schedule(backend, INSERT.name, INSERT.args);
      await backend.settle();
      return [await kind(backend, id), await items(backend)];
    },
    gives: ['success', [{ a: 'job' }]],
  },
  'a job that waits is pending, with its name, arguments and time': {
    does: async (backend) => {
      const now = Date.now();
      const { args, scheduledTime, state, name } = (await job(
        backend,
        await schedule(backend, INSERT.name, INSERT.args, HOUR),
      ))!;
      return [name, args, state, Math.abs(scheduledTime - now - HOUR) < 10_000];
    },
    gives: ['tools.js:insert', [INSERT.args], { kind: 'pending' }, true],
  },
  'a job that ended has the time it ended': {
    does: async (backend) => {
      const id = await schedule(backend, 'tools:nothing', {});
      await backend.settle();
      return typeof (await job(backend, id))!.completedTime;
    },
    gives: 'number',
  },
  'a job that throws has failed and left nothing': {
    does: async (backend) => {
      const id = await schedule(backend, 'tools:fails', {});
      await backend.settle();
      return [await kind(backend, id), await items(backend)];
    },
    gives: ['failed', []],
  },
  'and says why': {
    does: async (backend) => {
      const id = await schedule(backend, 'tools:fails', {});
      await backend.settle();
      return /on purpose/.test((await job(backend, id))!.state.error ?? '');
    },
    gives: true,
  },
  'an action can be scheduled': {
    does: async (backend) => {
      const id = await schedule(backend, 'tools:insertsInAction', {});
      await backend.settle();
      return [await kind(backend, id), await items(backend)];
    },
    gives: ['success', [{ a: 'action' }]],
  },
  'an action can schedule': {
    does: async (backend) => {
      const id = (await backend.action('tools:scheduleInAction', { ...INSERT, ms: 0 })) as string;
      await backend.settle();
      return [await kind(backend, id), await items(backend)];
    },
    gives: ['success', [{ a: 'job' }]],
  },
  'jobs can schedule jobs': {
    does: async (backend) => {
      await schedule(backend, 'tools:chain', { left: 3 });
      for (let i = 0; i < 4; i++) await backend.settle();
      return items(backend);
    },
    gives: [3, 2, 1, 0].map((left) => ({ left })),
  },
  'a job that was cancelled does not run': {
    does: async (backend) => {
      const id = await schedule(backend, INSERT.name, INSERT.args, HOUR);
      await backend.mutation('tools:cancel', { id });
      return [await kind(backend, id), await items(backend)];
    },
    gives: ['canceled', []],
  },
  'an action can cancel': {
    does: async (backend) => {
      const id = await schedule(backend, INSERT.name, INSERT.args, HOUR);
      await backend.action('tools:cancelInAction', { id });
      return kind(backend, id);
    },
    gives: 'canceled',
  },
  'cancelling what is done changes nothing': {
    does: async (backend) => {
      const id = await schedule(backend, 'tools:nothing', {});
      await backend.settle();
      await backend.mutation('tools:cancel', { id });
      return kind(backend, id);
    },
    gives: 'success',
  },
  'a time in the past is now': {
    does: async (backend) => {
      const id = (await backend.mutation('tools:scheduleAt', { ...INSERT, at: Date.now() - HOUR })) as string;
      await backend.settle();
      return kind(backend, id);
    },
    gives: 'success',
  },
  'a negative delay is refused': {
    does: (backend) => refused(schedule(backend, 'tools:nothing', {}, -1)),
    gives: 'refused',
  },
  'a delay that is no number is refused': {
    does: (backend) => refused(schedule(backend, 'tools:nothing', {}, NaN)),
    gives: 'refused',
  },
  'a function nobody knows cannot be scheduled': {
    does: (backend) => refused(schedule(backend, 'tools:nobody', {})),
    gives: 'refused',
  },
  'a job whose arguments do not fit fails': {
    does: async (backend) => {
      const id = await schedule(backend, 'tools:chain', { left: 'x' }).catch(() => null);
      if (id === null) return 'refused';
      await backend.settle();
      return kind(backend, id);
    },
    gives: 'failed',
  },
  'jobs can be listed': {
    does: async (backend) => {
      const ids = [
        await schedule(backend, 'tools:nothing', {}, HOUR),
        await schedule(backend, 'tools:chain', { left: 0 }, HOUR),
      ];
      return backend.query('tools:jobsOf', { ids });
    },
    gives: ['tools.js:nothing', 'tools.js:chain'],
  },
};
