/**
 * `node providers/resend/main.ts [--port 3290] [--webhook https://…]`: the local Resend by itself. Prints what a desk
 * needs to connect to it.
 */
import { parseArgs } from 'node:util';
import { startResend } from './start.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '3290' }, webhook: { type: 'string' } },
});
const local = await startResend({ port: Number(values.port), ratePerSecond: 5 });
const webhook = values.webhook === undefined ? null : local.addWebhook({ endpoint: values.webhook });
console.log(`Local Resend:   ${local.url}`);
console.log(`API key:        ${local.apiKey}`);
if (webhook) console.log(`Webhook secret: ${webhook.secret}, for ${values.webhook}`);
console.log('Domains:        acme.example to send from, in.acme.example to receive at');
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void local.stop().then(() => process.exit(0)));
