// Plain JavaScript, so that a Node too old to read TypeScript still says what is wrong instead of failing to parse.
const [major] = process.versions.node.split('.');
if (Number(major) < 24) {
  console.error(`The engine needs Node 24 or newer; this is Node ${process.versions.node}. Run it with "npm run engine".`);
  process.exit(1);
}
const { main } = await import('./main.ts');
await main(process.argv.slice(2));
