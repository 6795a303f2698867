/** Baseline: transactions a second of a bare group commit, 64 to a COMMIT. Prints {perSecond}. */
import { type BareDatabase, insertEvent, openBare } from './database.ts';

/** What a transaction writes: an event; or what a customer's message or a handover changes on the desk. */
export type Rows = 'event' | 'message' | 'handover';

const { folder, seconds, group, body, rows } = JSON.parse(process.argv[2]!) as {
  folder: string;
  seconds: number;
  group: number;
  body: string;
  rows: Rows;
};

/** Conversations whose documents are written again and again. */
const CONVERSATIONS = 64;
const HEAD = { preview: body.slice(0, 140), lastSequence: 0, lastMessageAt: 0, answeredThrough: 0 };

/** An entry with its five indexes; the head of the thread and the row of the list, written again. */
function insertMessage(database: BareDatabase, at: number): void {
  insertEvent(database, at, body);
  const place = 2 * (at % CONVERSATIONS);
  for (const rowid of [place + 1, place + 2]) database.replace(rowid, { ...HEAD, lastSequence: at });
}

/** A ticket, its row and the decision about it, three events; head, counts, counter, turn and bell written again. */
function insertHandover(database: BareDatabase, at: number): void {
  for (let each = 0; each < 6; each++) insertEvent(database, at, body);
  for (let rowid = 1; rowid <= 6; rowid++) database.replace(rowid, { ...HEAD, lastSequence: at });
}

const database = openBare(folder);
database.begin();
for (let at = 0; at < 2 * CONVERSATIONS; at++) database.insert(HEAD, [at, at]);
database.commit();
const insert = {
  event: (at: number) => insertEvent(database, at, body),
  message: (at: number) => insertMessage(database, at),
  handover: (at: number) => insertHandover(database, at),
}[rows];
const begin = performance.now();
let done = 0;
while (performance.now() - begin < seconds * 1000) {
  database.begin();
  for (let each = 0; each < group; each++) insert(done++);
  database.commit();
}
console.log(JSON.stringify({ perSecond: (done * 1000) / (performance.now() - begin) }));
