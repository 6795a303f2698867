/** Every write of the desk to its database, found by type: the compiler knows whose id a write is given. */
import { relative, sep } from 'node:path';
import {
  type CallExpression,
  isCallExpression,
  isPropertyAccessExpression,
  type Node,
} from 'typescript/unstable/ast';
import { API, type Checker, NodeBuilderFlags } from 'typescript/unstable/sync';
import { nameModule } from '../../scripts/imports.ts';
import { root } from '../../scripts/root.ts';

export interface Write {
  table: string;
  module: string;
}

const verbs = ['insert', 'patch', 'replace', 'delete'];

/** Tests and set-ups are not part of convex/tsconfig.json. */
export function findWrites(): Write[] {
  const config = `${root}convex/tsconfig.json`;
  const api = new API({ cwd: root });
  try {
    const { program, checker } = api.updateSnapshot({ openProjects: [config] }).getProject(config)!;
    return program.getSourceFileNames().flatMap((path) => {
      const file = relative(root, path).split(sep).join('/');
      if (!file.startsWith('convex/')) return [];
      const module = nameModule(file);
      return callsIn(program.getSourceFile(path)!)
        .flatMap((call) => tablesOf(checker, call))
        .map((table) => ({ table, module }));
    });
  } finally {
    api.close();
  }
}

function callsIn(node: Node): CallExpression[] {
  const calls = isCallExpression(node) ? [node] : [];
  node.forEachChild((child) => void calls.push(...callsIn(child)));
  return calls;
}

/** The tables a call may write to; `any` where a type parameter hides them; none if it is not a write. */
function tablesOf(checker: Checker, { expression: callee, arguments: given }: CallExpression): string[] {
  if (!isPropertyAccessExpression(callee) || !verbs.includes(callee.name.text)) return [];
  const receiver = checker.getTypeAtLocation(callee.expression)?.getSymbol()?.name;
  if (receiver !== 'GenericDatabaseWriter') return [];
  // `"tickets"` or `Id<"tickets">`, or a union of such.
  const type = checker.typeToString(
    checker.getTypeAtLocation(given[0]!)!,
    undefined,
    NodeBuilderFlags.NoTruncation,
  );
  const tables = Array.from(type.matchAll(/"(\w+)"/g), (match) => match[1]!);
  return tables.length > 0 ? tables : ['any'];
}
