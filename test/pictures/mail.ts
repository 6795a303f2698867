/** A question by mail, with what its writer's program quotes and a photo; answered by a person. */
import type { Page } from 'playwright-core';
import type { LocalResend } from '../../providers/resend/start.ts';

const html = `<p>Hello,</p><p>the zip of my <b>Ridge 2</b> tent has come off, see the photo. It is three weeks old, order 48213.
Can you send me a new slider, or shall I send the tent back?</p><p>Best wishes<br>Noor</p>
<blockquote type="cite">On Sat, 7 Nov 2026, Pinetrail wrote:<br>Your order 48213 is on its way.</blockquote>`;
/** One pixel. */
const photo = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

export async function askByMail(
  resend: LocalResend,
  { name, address }: { name: string; address: string },
): Promise<void> {
  await resend.receive({
    from: `${name} <${address}>`,
    to: 'support@in.acme.example',
    cc: 'club@customer.example',
    subject: 'Zip of my tent',
    html,
    text: 'Hello,\n\nthe zip of my Ridge 2 tent has come off, see the photo. It is three weeks old, order 48213. Can you send me a new slider, or shall I talk to a person?\n\nBest wishes\nNoor\n\nOn Sat, 7 Nov 2026 at 10:12, Pinetrail <support@acme.example> wrote:\n> Your order 48213 is on its way.',
    attachments: [{ filename: 'zip.png', content: photo, contentType: 'image/png' }],
  });
}

/** What stands in the list once it has come. */
export const mailRow = (page: Page, name: string) =>
  page.getByRole('option', { name: new RegExp(`${name}.*Zip of my tent`) });
