/**
 * Desks of the bench: filled for each plan (seed.ts), then run as `npm start` runs them, in a process of their own. Filling a large
 * one takes longer than measuring it: `BENCH_DESKS=FOLDER` keeps what was filled there, for as long as who is in it is signed in.
 */
import { hash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** Tokens are good for a day, and a row takes its time. */
const KEPT_MS = 20 * 3_600_000;

export async function startBenchDesk(plan: DeskPlan): Promise<BenchDesk> {
  const { settings, teams } = await filledDesk(plan);
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

interface Filled {
  settings: Settings;
  teams: BenchTeam[];
}

async function filledDesk(plan: DeskPlan): Promise<Filled> {
  const { BENCH_DESKS: folder } = process.env;
  const settings = await freshSettings();
  const name = hash('sha256', JSON.stringify(plan)).slice(0, 16);
  const kept = folder === undefined ? null : { data: join(folder, name), what: join(folder, `${name}.json`) };
  if (kept !== null && existsSync(kept.what)) {
    const { at, ...filled } = JSON.parse(readFileSync(kept.what, 'utf8')) as Filled & { at: number };
    if (Date.now() - at < KEPT_MS) {
      cpSync(kept.data, settings.dataDir, { recursive: true });
      // Its addresses stand in its tokens.
      return { ...filled, settings: { ...filled.settings, dataDir: settings.dataDir } };
    }
    removeFolder(kept.data);
  }
  const teams = await runScript<BenchTeam[]>('desk/seed.ts', { settings, plan });
  if (kept !== null) {
    mkdirSync(kept.data, { recursive: true });
    cpSync(settings.dataDir, kept.data, { recursive: true });
    writeFileSync(kept.what, JSON.stringify({ at: Date.now(), settings, teams }));
  }
  return { settings, teams };
}
