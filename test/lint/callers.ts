/** Every public function that the screens, the widget and the routes name, found in the syntax. */
import { relative, sep } from 'node:path';
import { isIdentifier, isPropertyAccessExpression, type Node } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';
import { root } from '../../scripts/settings.ts';

const isCaller = (file: string) =>
  /^(?:src|convex\/http)\//.test(file) && !/\.(?:test|setup)\.tsx?$/.test(file);

/** As "tickets:list". */
export function findCalled(): Set<string> {
  const config = `${root}tsconfig.json`;
  const api = new API({ cwd: root });
  try {
    const { program } = api.updateSnapshot({ openProjects: [config] }).getProject(config)!;
    const callers = program
      .getSourceFileNames()
      .filter((path) => isCaller(relative(root, path).split(sep).join('/')));
    return new Set(callers.flatMap((path) => functionsIn(program.getSourceFile(path)!)));
  } finally {
    api.close();
  }
}

/** `api.module.name` */
function functionsIn(node: Node): string[] {
  const found: string[] = [];
  if (isPropertyAccessExpression(node) && isPropertyAccessExpression(node.expression)) {
    const { expression: module, name } = node;
    if (isIdentifier(module.expression) && module.expression.text === 'api') {
      found.push(`${module.name.text}:${name.text}`);
    }
  }
  node.forEachChild((child) => {
    found.push(...functionsIn(child));
  });
  return found;
}
