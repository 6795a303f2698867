/** The rows of the table, in its order. */
import { afterLoad } from './rows/afterLoad.ts';
import { board } from './rows/board.ts';
import { billed } from './rows/billed.ts';
import { bystander } from './rows/bystander.ts';
import { counting } from './rows/counting.ts';
import { chat } from './rows/chat.ts';
import { customerMessages } from './rows/customerMessages.ts';
import { restart, screen } from './rows/desk.ts';
import { floor } from './rows/floor.ts';
import { handovers, race } from './rows/handovers.ts';
import { holds } from './rows/holds.ts';
import { idleSubscriptions } from './rows/idle.ts';
import { manyIntersections } from './rows/intersections.ts';
import { mail } from './rows/mail.ts';
import { holdSubscriptions, memory } from './rows/memory.ts';
import { mutations } from './rows/mutations.ts';
import { observeInsert } from './rows/observeInsert.ts';
import { pages } from './rows/pages.ts';
import { reconnect } from './rows/reconnect.ts';
import { runFunction } from './rows/runFunction.ts';
import { search } from './rows/search.ts';
import { signIns } from './rows/signIns.ts';
import { screens } from './rows/screens.ts';
import { scripts } from './rows/scripts.ts';
import { signUps } from './rows/signUps.ts';
import { start } from './rows/start.ts';
import { subscribers } from './rows/subscribers.ts';
import { transfers } from './rows/transfers.ts';
import { walk } from './rows/walk.ts';
import type { Row } from './row.ts';

export const rows: Row[] = [
  mutations,
  transfers,
  runFunction,
  observeInsert,
  subscribers,
  idleSubscriptions,
  manyIntersections,
  memory,
  holdSubscriptions,
  pages,
  start,
  reconnect,
  screens,
  customerMessages,
  handovers,
  race,
  counting,
  floor,
  board,
  screen,
  walk,
  chat,
  scripts,
  signUps,
  signIns,
  holds,
  bystander,
  mail,
  restart,
  afterLoad,
  billed,
  search,
];
