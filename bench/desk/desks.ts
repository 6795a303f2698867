/** Desks of the bench: filled once for each plan (seed.ts), then run as `npm start` runs them, in a process of their own. */
import type { Id } from '../../convex/_generated/dataModel.js';
import type { Settings } from '../../scripts/settings.ts';
import { removeFolder } from '../../test/engine/cliSupport.ts';
import { freshSettings } from '../../test/journeys/harness.ts';
import { runScript } from '../support/child.ts';
import { startDeskProcess } from '../support/deskProcess.ts';

export interface DeskPlan {
  teams: number;
  /** Of each team, the owner aside. */
  operators: number;
  /** Of each team, each on a conversation of its own with a message that waits. */
  tickets: number;
  /** `online` ones get new work. */
  status: 'busy' | 'online';
  /** Of each team, besides: so many messages that can be found, in its conversations (messages.ts). */
  messages?: number;
  /** Of each team, besides: so many tickets as lists and boards read them (places.ts). */
  places?: number;
}

export interface BenchOperator {
  memberId: Id<'members'>;
  /** Good for a day. */
  token: string;
}

export interface BenchConversation {
  conversationId: Id<'conversations'>;
  /** Of its ticket. */
  number: number;
}

export interface BenchTeam {
  teamId: Id<'teams'>;
  owner: BenchOperator;
  operators: BenchOperator[];
  /** The team's outside agent, and its key. */
  agentId: Id<'agents'> | null;
  key: string;
  conversations: BenchConversation[];
}

export interface BenchDesk {
  settings: Settings;
  pid: number;
  teams: BenchTeam[];
  /** Stops it and removes its data. */
  dispose(): Promise<void>;
}

export async function startBenchDesk(plan: DeskPlan): Promise<BenchDesk> {
  const settings = await freshSettings();
  const teams = await runScript<BenchTeam[]>('desk/seed.ts', { settings, plan });
  const { pid, stop } = await startDeskProcess(settings);
  return {
    settings,
    pid,
    teams,
    async dispose() {
      await stop();
      removeFolder(settings.dataDir);
    },
  };
}
