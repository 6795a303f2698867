/** Plain JavaScript, so that a Node too old to read TypeScript still says what is wrong instead of failing to parse. */
import * as module from 'node:module';

const [major] = process.versions.node.split('.');
if (Number(major) < 24) {
  console.error(
    `The engine needs Node 24 or newer; this is Node ${process.versions.node}. Run it with "npm run engine".`,
  );
  process.exit(1);
}
// Before the first TypeScript file: the cache also spares stripping its types at the next start.
module.enableCompileCache();
const { main } = await import('./main.ts');
await main(process.argv.slice(2));
