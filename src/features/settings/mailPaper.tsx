import { useEffect, useRef, useState } from 'react';
import { linkify } from '../../../convex/shared/kit/links';
import { trusted } from '../../lib/trusted';
import { Button } from '../../ui/button';

const toggle = 'aria-pressed:bg-selected aria-pressed:text-accent-text';

/** A mail of the desk as its recipient sees it: laid out, or as plain text. */
export function MailPaper({ text, html }: { text: string; html: string }) {
  const [showsText, setShowsText] = useState(html === '');
  return (
    <>
      {html !== '' && (
        <div className="mb-2 flex gap-2">
          <Button className={toggle} aria-pressed={!showsText} onClick={() => setShowsText(false)}>
            As it is laid out
          </Button>
          <Button className={toggle} aria-pressed={showsText} onClick={() => setShowsText(true)}>
            As plain text
          </Button>
        </div>
      )}
      {showsText ? <PlainText text={text} /> : <Paper html={html} />}
    </>
  );
}

function PlainText({ text }: { text: string }) {
  return (
    <p
      dir="auto"
      className="rounded-md border border-line p-3 font-mono text-xs whitespace-pre-wrap wrap-anywhere"
    >
      {linkify(text).map(({ text: words, href }, at) =>
        href === undefined ? (
          words
        ) : (
          <a key={at} href={href} target="_blank" rel="noreferrer" className="text-accent-text underline">
            {words}
          </a>
        ),
      )}
    </p>
  );
}

/** In a frame without scripts and of no origin, which loads nothing; its links open beside the desk. */
function Paper({ html }: { html: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    // The desk wrote it; the words of others in it are escaped, and the frame runs nothing. Not as an attribute: React would
    // make a string of it.
    if (frame.current !== null) frame.current.srcdoc = trusted.createHTML(page(html));
  }, [html]);
  return (
    <iframe
      ref={frame}
      title="Mail as it is laid out"
      sandbox="allow-popups allow-popups-to-escape-sandbox"
      referrerPolicy="no-referrer"
      className="h-80 w-full rounded-md border border-line bg-white"
      style={{ colorScheme: 'light' }}
    />
  );
}

const page = (html: string) =>
  `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light"><base target="_blank"></head><body dir="auto" style="margin:0;padding:12px;font:14px/1.5 system-ui,sans-serif;overflow-wrap:anywhere">${html}</body></html>`;
