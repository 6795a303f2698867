/**
 * `node scripts/rooms.ts [folder]`: the rooms of a folder as its imports draw them: how many modules each has, which
 * others it imports and how often; then each circle, with the modules that draw its thin arrows.
 */
import { globSync } from 'node:fs';
import { findCircles, type Import, nameModule, readImports, testOnly } from './imports.ts';
import { root } from './settings.ts';

interface Room {
  modules: number;
  /** Room → the imports that draw the arrow to it. */
  arrows: Map<string, Import[]>;
}

/** A thin arrow is one that could be turned or cut by hand. */
const thin = 3;

export async function measureRooms(folder: string): Promise<Map<string, Room>> {
  const files = globSync(`${folder}/[a-z]*/**/*.{ts,tsx}`, { cwd: root }).filter(
    (file) => !testOnly.test(nameModule(file)),
  );
  const roomOf = (path: string) =>
    path.startsWith(`${folder}/`) ? path.slice(folder.length + 1).split('/')[0]! : '';
  const rooms = new Map<string, Room>();
  for (const file of files.toSorted()) {
    const room = rooms.get(roomOf(file)) ?? { modules: 0, arrows: new Map() };
    rooms.set(roomOf(file), { ...room, modules: room.modules + 1 });
  }
  for (const each of await readImports(files)) {
    const [from, to] = [roomOf(each.from), roomOf(each.to)];
    const { arrows } = rooms.get(from)!;
    if (to !== from && rooms.has(to)) arrows.set(to, [...(arrows.get(to) ?? []), each]);
  }
  return rooms;
}

function print(folder: string, rooms: Map<string, Room>): void {
  const short = (module: string) => module.slice(folder.length + 1);
  for (const [name, { modules, arrows }] of rooms) {
    const drawn = [...arrows].map(([to, imports]) => `${to} ${imports.length}`).toSorted();
    console.log(`${name} (${modules})${drawn.length ? ` → ${drawn.join(', ')}` : ''}`);
  }
  for (const circle of findCircles(
    new Map([...rooms].map(([name, { arrows }]) => [name, [...arrows.keys()]])),
  )) {
    console.log(`\ncircle: ${circle.join(', ')}`);
    for (const from of circle) {
      for (const [to, imports] of rooms.get(from)!.arrows) {
        if (!circle.includes(to)) continue;
        console.log(`  ${from} → ${to} ${imports.length}`);
        if (imports.length > thin) continue;
        for (const each of imports) console.log(`    ${short(each.from)} → ${short(each.to)}`);
      }
    }
  }
}

if (import.meta.main) {
  const folder = (process.argv[2] ?? 'convex/model').replace(/\/$/, '');
  print(folder, await measureRooms(folder));
}
