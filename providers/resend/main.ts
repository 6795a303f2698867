/**
 * `npm exec -- node providers/resend/main.ts [--port 3290] [--webhook https://…] [--state file]`: the local Resend by itself. Prints
 * what a desk needs to connect to it, and where one is its customer.
 */
import { parseArgs } from 'node:util';
import { startResend } from './start.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '3290' },
    webhook: { type: 'string' },
    state: { type: 'string' },
  },
});
const local = await startResend({ port: Number(values.port), stateFile: values.state });
console.log(`Local Resend:   ${local.url}`);
console.log(`API key:        ${local.apiKey}`);
if (values.webhook !== undefined) {
  const { secret } = local.addWebhook({ endpoint: values.webhook });
  console.log(`Webhook secret: ${secret}, for ${values.webhook}`);
}
console.log('Domains:        acme.example to send from, in.acme.example to receive at');
console.log(`Mailbox:        ${local.mailboxUrl('you@customer.example')}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void local.stop().then(() => process.exit(0)));
