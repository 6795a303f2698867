/** The app's dashboard: what a desk needs to connect, where the webhook is, and what happens outside of a customer's phone. */
import { html, type Markup } from '../../resend/mailbox/markup.ts';
import type { Account } from '../account.ts';

export function dashboardPage(account: Account, said: string | null = null): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Local WhatsApp</title>
        <link rel="stylesheet" href="/dashboard/dashboard.css" />
      </head>
      <body>
        <main>
          <h1>Local WhatsApp</h1>
          <p>The number is +${account.settings.displayNumber}. Nothing leaves this machine.</p>
          ${connection(account)}${webhookForm(account, said)}${besides(account)}
        </main>
      </body>
    </html>`.text;
}

const connection = ({ settings }: Account): Markup =>
  html`<section aria-label="Connection">
    <h2>To connect a desk</h2>
    <dl>
      <dt>Phone number ID</dt>
      <dd>${settings.phoneNumberId}</dd>
      <dt>WhatsApp Business Account ID</dt>
      <dd>${settings.accountId}</dd>
      <dt>Access token</dt>
      <dd>${settings.token}</dd>
      <dt>App secret</dt>
      <dd>${settings.appSecret}</dd>
    </dl>
  </section>`;

function webhookForm({ deliveries: { webhook } }: Account, said: string | null): Markup {
  return html`<section aria-label="Webhook">
    <h2>Webhook</h2>
    <p>${webhook === null ? 'Nothing is told anybody yet.' : `${webhook.url} is told what happens.`}</p>
    <form action="/dashboard/webhook" method="post">
      <label>Callback URL <input name="url" type="url" required value="${webhook?.url ?? ''}" /></label>
      <label>Verify token <input name="verifyToken" required autocomplete="off" /></label>
      ${said !== null && html`<p class="failure" role="alert">${said}</p>`}
      <button>Verify and save</button>
    </form>
  </section>`;
}

/** What no customer does. */
function besides({ people }: Account): Markup | null {
  const known = people.list();
  if (known.length === 0) return null;
  const options = known.map(({ phone, name }) => html`<option value="${phone}">${name} (+${phone})</option>`);
  const who = html`<label
    >Customer
    <select name="phone">
      ${options}
    </select></label
  >`;
  return html`<section aria-label="Besides">
    <h2>On the business’s own phone</h2>
    <form action="/dashboard/echo" method="post">
      ${who}
      <label>Message <textarea name="text" rows="2" required></textarea></label>
      <button>Send as the business</button>
    </form>
    <form action="/dashboard/later" method="post">
      ${who}
      <button>A day goes by since they wrote</button>
    </form>
    <form action="/dashboard/move" method="post">
      ${who}
      <label>New number <input name="number" inputmode="tel" required /></label>
      <button>They take another number</button>
    </form>
  </section>`;
}
