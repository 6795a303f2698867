/** The linter's rule `structure/imports`: every import against the import table. */
import { relative, sep } from 'node:path';
import type { RuleTester } from 'oxlint/plugins-dev';
import { nameModule, resolve, testOnly } from '../../scripts/imports.ts';
import { root } from '../../scripts/root.ts';
import { folders, reserved, rooms } from './importTable.ts';

type Rule = Parameters<RuleTester['run']>[1];
type Node = Parameters<NonNullable<ReturnType<NonNullable<Rule['create']>>[string]>>[0];
type Importing = Extract<
  Node,
  {
    type:
      | 'ImportDeclaration'
      | 'ExportNamedDeclaration'
      | 'ExportAllDeclaration'
      | 'ImportExpression'
      | 'TSImportType';
  }
>;

type Row = (typeof folders)[number];

/** A room may import what its folder may, and the rooms it names. */
function withRooms(row: Row): Row[] {
  const inside = Object.entries(rooms[row.folder] ?? {}).flatMap(([room, lower]) =>
    withRooms({
      folder: `${row.folder}/${room}`,
      may: [...row.may, ...lower.map((each) => `${row.folder}/${each}`)],
      why: `${row.why} Of its rooms, ${room} may import ${lower.join(', ') || 'none'}.`,
    }),
  );
  return [row, ...inside];
}

const rows = folders
  .flatMap(withRooms)
  .map((row) => ({ ...row, pattern: new RegExp(`^${row.folder.replace('*', '[^/]+')}(?=/|$)`) }));

const isIn = (module: string, places: string[]) =>
  places.some((place) => `${module}/`.startsWith(`${place}/`));

/** The innermost row around a module, with the folder it means there; none if the module may import anything. */
function rowOf(module: string) {
  if (testOnly.test(module)) return undefined;
  return rows
    .map((row) => ({ ...row, folder: row.pattern.exec(module)?.[0] ?? '' }))
    .filter(({ folder }) => folder !== '')
    .toSorted((a, b) => b.folder.length - a.folder.length)[0];
}

/** Why these names of that module are kept from this one; all of them where `names` is null. */
function whyReserved(from: string, to: string, names: string[] | null): string | null {
  const held = reserved.find(
    (each) =>
      isIn(to, each.modules) && (!each.names || !names || names.some((name) => each.names!.includes(name))),
  );
  if (!held) return null;
  return (held.only ? isIn(from, held.only) : !isIn(from, held.never ?? [])) ? null : held.why;
}

/** The names as the other module calls them; null if all of it is taken. */
function namesOf(node: Importing): string[] | null {
  if (!('specifiers' in node)) return null;
  const names = node.specifiers.map((each) => {
    if (each.type === 'ImportDefaultSpecifier') return 'default';
    if (each.type === 'ImportNamespaceSpecifier') return null;
    const name = each.type === 'ImportSpecifier' ? each.imported : each.local;
    return 'name' in name ? name.name : name.value;
  });
  return names.every((name) => name !== null) ? names : null;
}

const imports: Rule = {
  create(context) {
    const from = nameModule(relative(root, context.filename).split(sep).join('/'));
    const row = rowOf(from);
    if (!row) return {};
    const allowed = [row.folder, ...row.may];
    const check = (node: Importing) => {
      if (node.source?.type !== 'Literal') return;
      const to = resolve(from, String(node.source.value));
      const isOpen = to.startsWith('npm:') || isIn(to, allowed);
      const message = whyReserved(from, to, namesOf(node)) ?? (isOpen ? null : row.why);
      if (message) context.report({ node, message });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    };
  },
};

export default { meta: { name: 'structure' }, rules: { imports } };
