/**
 * Baseline: transfers between accounts kept as JSON documents behind an index, one after another, committed in groups.
 * {id, from, to, amount} is answered with {id}; {id, total: true} with the sum of all balances.
 */
import { type BareRow, openBare } from './database.ts';
import { groupCommit, serve } from './server.ts';

interface Account {
  owner: number;
  balance: number;
}

const { folder, accounts, balance } = JSON.parse(process.argv[2]!) as {
  folder: string;
  accounts: number;
  balance: number;
};
const database = openBare(folder);
database.begin();
// By owner and by creation, as in the engine.
for (let owner = 0; owner < accounts; owner++) database.insert({ owner, balance }, [owner, owner]);
database.commit();
const commit = groupCommit(database);

function transfer(from: number, to: number, amount: number): void {
  const [source, target] = [find(from), find(to)];
  const [giver, taker] = [parse(source), parse(target)];
  if (from === to || giver.balance < amount) throw new Error(`No transfer from ${from} to ${to}.`);
  database.replace(source.rowid, { ...giver, balance: giver.balance - amount });
  database.replace(target.rowid, { ...taker, balance: taker.balance + amount });
}

const find = (owner: number): BareRow => database.range(0, owner, owner + 1, 2)[0]!;
const parse = ({ json }: BareRow): Account => JSON.parse(json) as Account;

function total(): number {
  const all = database.range(0, 0, accounts, accounts);
  return all.reduce((sum, row) => sum + parse(row).balance, 0);
}

serve((socket, text) => {
  const request = JSON.parse(text) as { id: number; from: number; to: number; amount: number; total?: true };
  const { id, from, to, amount } = request;
  if (request.total) return socket.send(JSON.stringify({ id, total: total() }));
  commit(
    () => transfer(from, to, amount),
    () => socket.send(JSON.stringify({ id })),
  );
});
