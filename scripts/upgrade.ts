/** Brings the data of before up to date after a push (convex/migrations/run.ts): at every start, before the desk is ready. */
import { callAsAdmin } from './adminCall.ts';
import type { Deployment } from './convexCli.ts';

/** As convex/migrations/run.ts returns it. */
interface Step {
  isUpToDate: boolean;
  migrated: number;
}

export async function upgrade(deployment: Deployment, log: (line: string) => void = () => {}): Promise<void> {
  try {
    let migrated = 0;
    for (let step: Step | undefined; !step?.isUpToDate; migrated += step.migrated) {
      step = await callAsAdmin<Step>(deployment, 'mutation', 'migrations/run:step');
    }
    if (migrated > 0) log(`Data of an earlier version was brought up to date (${migrated} documents).`);
  } catch (error) {
    throw new Error(
      `The data could not be brought up to date, so Baton has not started. ${(error as Error).message}\n` +
        'What was brought over is kept, and the next start goes on from there: see "Upgrading" in docs/operating.md.',
      { cause: error },
    );
  }
}
