/** What a route is handed and what it answers. */
import type { Team } from '../team.ts';

export interface Call {
  team: Team;
  /** What stood in the place of `:name` in the path. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  /** As it came. */
  body: string;
  /** The address of this server, for links. */
  url: string;
  /** Of a fault that makes it slow. */
  slowMs: number;
}

export interface Answer {
  status: number;
  body: unknown;
  emailId?: string;
  isReplay?: boolean;
}

export const ok = (body: unknown, status = 200): Answer => ({ status, body });
