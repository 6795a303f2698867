/**
 * Which module imports which. A module is named by its path from the root, without its ending: `convex/model/kit/errors`.
 * Types count as much as values: to know a type is to know its room.
 */
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { root } from './root.ts';

export interface Import {
  from: string;
  to: string;
}

export const nameModule = (path: string) => path.replace(/(\.d)?\.[cm]?[jt]sx?$/, '');

/** Tests, and what only tests use. */
export const testOnly = /\.(test|setup|writer)$|\/testing(\/|$)|\/testKit$/;

/** What a specifier means in a module: a module of ours, or a package, as `npm:convex/react`. */
export function resolve(from: string, specifier: string): string {
  return specifier.startsWith('.')
    ? nameModule(posix.join(posix.dirname(from), specifier))
    : `npm:${specifier}`;
}

/** The imports in these files, whose paths start at the root. */
export async function readImports(files: string[]): Promise<Import[]> {
  // Only here: the linter's rule needs the names alone, and a bundler is slow to load.
  const { parseSync } = await import('vite');
  return files.flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8');
    const { staticImports, staticExports, dynamicImports } = parseSync(file, source).module;
    const specifiers = [
      ...staticImports.map((each) => each.moduleRequest.value),
      ...staticExports.flatMap(({ entries }) => entries.map((each) => each.moduleRequest?.value)),
      ...dynamicImports.map(
        (each) => /^['"](.*)['"]$/.exec(source.slice(each.moduleRequest.start, each.moduleRequest.end))?.[1],
      ),
    ];
    const from = nameModule(file);
    return [...new Set(specifiers)].flatMap((each) => (each ? { from, to: resolve(from, each) } : []));
  });
}

/** The groups in which each reaches each by these arrows, itself included. */
export function findCircles(arrows: Map<string, Iterable<string>>): string[][] {
  const reached = new Map<string, Set<string>>();
  for (const [start, first] of arrows) {
    const places = new Set(first);
    for (const place of places) for (const next of arrows.get(place) ?? []) places.add(next);
    reached.set(start, places);
  }
  const circles = new Map<string, string[]>();
  for (const [start, places] of reached) {
    const circle = [...places]
      .filter((place) => places.has(start) && reached.get(place)?.has(start))
      .toSorted();
    if (circle.length > 0) circles.set(circle.join(), circle);
  }
  return [...circles.values()];
}
