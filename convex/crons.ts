import { cronJobs } from 'convex/server';
import { internal } from './_generated/api';

const crons = cronJobs();

crons.interval('presence safety net', { minutes: 5 }, internal.jobs.sweeps.presence, {});
crons.interval('vanished holders safety net', { minutes: 5 }, internal.jobs.sweeps.holders, {});
crons.interval('routing safety net', { minutes: 5 }, internal.jobs.sweeps.routing, {});
crons.interval('delivery safety net', { minutes: 5 }, internal.jobs.delivery.sweep, {});
crons.interval('events safety net', { minutes: 1 }, internal.jobs.delivery.sweepEvents, {});
crons.interval('webhooks safety net', { minutes: 1 }, internal.jobs.webhooks.sweep, {});
crons.interval('mail nobody told of', { minutes: 10 }, internal.delivery.mail.reconcile.missed, {});
crons.interval('outcomes that have become final', { minutes: 10 }, internal.jobs.sweeps.outcomes, {});
crons.interval('clear what has expired', { hours: 1 }, internal.jobs.sweeps.expired, {});

crons.interval('clear uploads nobody claimed', { hours: 24 }, internal.jobs.sweeps.uploads, {});

crons.interval('turn read keys that are a day old', { hours: 1 }, internal.jobs.readKeys.turn, {});

export default crons;
