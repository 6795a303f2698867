/**
 * GET /files/<key>/<name>: the bytes of an attachment, or of a mail as it came, for whoever has its key (docs/rules.md R2, E2).
 *
 * Promises: nothing that is served here runs, whatever it is and says it is: the four kinds of pictures are shown, told by
 * their first bytes, and everything else is handed out to be kept; the type is not to be guessed, and where a browser makes a
 * page of it nevertheless that page is in a sandbox. An unknown key, a removed file and a wrong address are answered alike.
 */
import type { HttpRouter } from 'convex/server';
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import { httpAction, internalQuery, limited, noLimitNeeded } from '../functions';
import { findByKey } from '../model/conversation/attachments';
import { rawByKey } from '../model/mail/mails';
import { contentDisposition, isImage } from '../shared/conversation/attachments';

const prefix = '/files/';
/** An HTTP action's answer has at most 20 MiB: what is larger is sent on to its storage address. */
const maxAnswerBytes = 19 * 1024 * 1024;

const always = {
  'Cache-Control': 'private, max-age=3600',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

export const find = internalQuery({
  args: { key: v.string() },
  returns: v.union(
    v.object({
      storageId: v.id('_storage'),
      name: v.string(),
      contentType: v.string(),
      size: v.number(),
    }),
    v.null(),
  ),
  handler: async (ctx, { key }) => {
    const attachment = await findByKey(ctx, key);
    if (attachment === null) {
      const raw = await rawByKey(ctx, key);
      return raw && { ...raw, name: 'mail.eml', contentType: 'message/rfc822' };
    }
    const { storageId, name, contentType, size } = attachment;
    return { storageId, name, contentType, size };
  },
});

const serve = httpAction(async (ctx, request) => {
  const [, key = ''] = /^\/files\/([\w-]{20,100})\//.exec(new URL(request.url).pathname) ?? [];
  const found = key === '' ? null : await ctx.runQuery(internal.http.files.find, { key });
  if (found === null) return gone();
  if (found.size > maxAnswerBytes) {
    const location = await ctx.storage.getUrl(found.storageId);
    // It was stored as a type that no browser shows or runs.
    return location === null
      ? gone()
      : new Response(null, {
          status: 302,
          headers: { ...always, 'Cache-Control': 'no-store', Location: location },
        });
  }
  const file = await ctx.storage.get(found.storageId);
  if (file === null) return gone();
  const isShown = isImage(found.contentType);
  return new Response(file.stream(), {
    headers: {
      ...always,
      'Content-Type': isShown ? found.contentType : 'application/octet-stream',
      'Content-Length': String(found.size),
      'Content-Disposition': contentDisposition(isShown ? 'inline' : 'attachment', found.name),
    },
  });
});

const gone = () =>
  new Response('There is no such file.', {
    status: 404,
    headers: { ...always, 'Cache-Control': 'no-store', 'Content-Type': 'text/plain; charset=utf-8' },
  });

export function addFileRoutes(http: HttpRouter): void {
  const limits = noLimitNeeded(
    'Opened by 256 random bits: two look-ups for who has none, and one file or mail of at most 40 MB for who has.',
  );
  http.route({ pathPrefix: prefix, method: 'GET', handler: limited(limits, serve) });
}
