/** `npm run dev`: the desk with live reload: `convex dev` watches the functions, vite serves the app. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { build } from 'esbuild';
import { createServer } from 'vite';
import type { Engine } from '../engine/server/engine.ts';
import { startPhone } from '../providers/phone/start.ts';
import { startResend } from '../providers/resend/start.ts';
import { telegramApp } from '../providers/telegram/phoneApp.ts';
import { startTelegram } from '../providers/telegram/start.ts';
import { whatsappApp } from '../providers/whatsapp/phoneApp.ts';
import { startWhatsapp } from '../providers/whatsapp/start.ts';
import { readCommandLine } from './commandLine.ts';
import { cliEnvironment } from './convexCli.ts';
import { endProcess, startDesk } from './desk.ts';
import { loaderLead } from './headers.ts';
import { loader } from './loader.ts';
import { readSettings, root } from './settings.ts';

readCommandLine(`
Runs the desk with live reload, and beside it local stand-ins of what is not ours: mail, Telegram, WhatsApp, a phone.

Usage: npm run dev

It takes no options. Its settings are variables of the environment, those of "npm start" (docs/operating.md):

  PORT, SITE_PORT             its two ports (default: 3210, and the one after PORT)
  BATON_DATA                  where everything is kept (default: ./data)
  BATON_URL, BATON_SITE_URL   the public addresses of the two ports
`);

/** As it is now: it is no page, so vite builds none. With what the desk itself puts in front of it. */
const serveLoader =
  ({ query }: Engine) =>
  ({ url = '' }: IncomingMessage, response: ServerResponse): void => {
    const channel = new URL(url, 'http://127.0.0.1').searchParams.get('channel');
    void build({ ...loader, write: false }).then(
      ({ outputFiles }) =>
        response
          .setHeader('content-type', 'text/javascript')
          .end(loaderLead((path, args) => query(path, args), channel) + outputFiles[0]!.text),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  };

try {
  const settings = readSettings();
  console.log('Starting the desk, its stand-ins and the pages: half a minute where nothing was built yet.');
  const origins = new Set<string>();
  const desk = await startDesk(settings, {
    log: console.log,
    app: false,
    origins,
    showsErrors: true,
    onFatal: endProcess,
  });
  // Beside it, by the same distance for every desk on this machine; what it holds lives with the desk's data.
  const mail = await startResend({
    port: settings.port + 80,
    stateFile: join(settings.dataDir, 'local-resend.json'),
  });
  const telegram = await startTelegram({
    port: settings.port + 81,
    stateFile: join(settings.dataDir, 'local-telegram.json'),
  });
  const whatsapp = await startWhatsapp({
    port: settings.port + 83,
    stateFile: join(settings.dataDir, 'local-whatsapp.json'),
  });
  const apps = [telegramApp(telegram), whatsappApp(whatsapp)];
  const phone = await startPhone({ port: settings.port + 82, apps });
  await desk.engine.environment.set({
    RESEND_BASE_URL: mail.url,
    TELEGRAM_BASE_URL: telegram.url,
    TELEGRAM_LINK_URL: `${phone.url}/telegram`,
    WHATSAPP_BASE_URL: whatsapp.url,
  });
  const watcher = spawn(
    process.execPath,
    [join(root, 'node_modules/convex/bin/main.js'), 'dev', '--typecheck', 'try', '--tail-logs', 'always'],
    {
      cwd: root,
      env: cliEnvironment({ url: `http://127.0.0.1:${settings.port}`, adminKey: desk.engine.adminKey }),
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const vite = await createServer({
    root,
    server: { proxy: { '/config.json': settings.url } },
    plugins: [
      {
        name: 'loader',
        configureServer: ({ middlewares }) => void middlewares.use('/w.js', serveLoader(desk.engine)),
      },
    ],
  });
  await vite.listen();
  const { local = [], network = [] } = vite.resolvedUrls ?? {};
  for (const address of [...local, ...network]) origins.add(new URL(address).origin);
  // Links in mails lead to where the pages are.
  if (local[0] !== undefined) await desk.engine.environment.set({ SITE_URL: new URL(local[0]).origin });
  vite.printUrls();
  if (desk.setupUrl !== null) {
    console.log(`  Set up: ${desk.setupUrl.replace(settings.url, new URL(local[0] ?? settings.url).origin)}`);
  }
  console.log(`  Mailbox: ${mail.mailboxUrl('you@customer.example')}`);
  console.log(
    `  Email: Settings → Channels → Connect an address, support@in.acme.example, with the key ${mail.apiKey}`,
  );
  console.log(`  Phone: ${phone.url}`);
  console.log(`  Telegram: Settings → Channels → Connect Telegram, with the token ${telegram.token}`);
  console.log(`  WhatsApp: Settings → Channels → Connect WhatsApp, with what ${whatsapp.dashboardUrl} says`);
  const stop = async () => {
    watcher.kill();
    // Whoever starts the desk of this folder without it does not want to wait for it.
    await desk.engine.environment.set({
      RESEND_BASE_URL: '',
      TELEGRAM_BASE_URL: '',
      TELEGRAM_LINK_URL: '',
      WHATSAPP_BASE_URL: '',
    });
    await Promise.all([mail.stop(), phone.stop(), telegram.stop(), whatsapp.stop()]);
    await vite.close();
    await desk.stop();
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
