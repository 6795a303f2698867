/** The rows of the table, in its order. */
import { restart, screen, signUps } from './rows/desk.ts';
import { idleSubscriptions, memory } from './rows/idle.ts';
import { mutations, transfers } from './rows/mutations.ts';
import { pages, start } from './rows/pages.ts';
import { subscribers } from './rows/subscribers.ts';
import type { Row } from './row.ts';

export const rows: Row[] = [
  mutations,
  transfers,
  subscribers,
  idleSubscriptions,
  memory,
  pages,
  start,
  screen,
  signUps,
  restart,
];
