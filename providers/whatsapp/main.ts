/**
 * `npm exec -- node providers/whatsapp/main.ts [--port 3292] [--state file]`: the local WhatsApp by itself. Prints what a desk needs
 * to connect to it.
 */
import { parseArgs } from 'node:util';
import { startWhatsapp } from './start.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '3292' }, state: { type: 'string' } },
});
const local = await startWhatsapp({ port: Number(values.port), stateFile: values.state });
console.log(`Local WhatsApp:  ${local.url}`);
console.log(`Phone number ID: ${local.phoneNumberId}`);
console.log(`Account ID:      ${local.accountId}`);
console.log(`Access token:    ${local.token}`);
console.log(`App secret:      ${local.appSecret}`);
console.log(`Webhook:         ${local.dashboardUrl}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void local.stop().then(() => process.exit(0)));
