import { useMemo, useState } from 'react';
import { OthersText } from '../../ui/othersText';
import { Button } from '../../ui/button';
import { SandboxedPage, sandboxedPage } from '../../ui/sandboxedPage';

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

const PlainText = ({ text }: { text: string }) => (
  <p
    dir="auto"
    className="rounded-md border border-line p-3 font-mono text-xs whitespace-pre-wrap wrap-anywhere"
  >
    <OthersText text={text} />
  </p>
);

/** The desk wrote it, and the words of others in it are escaped. */
function Paper({ html }: { html: string }) {
  const page = useMemo(() => sandboxedPage({ body: html, scheme: 'light', style: 'padding:12px' }), [html]);
  return (
    <SandboxedPage title="Mail as it is laid out" page={page} scheme="light" className="h-80 bg-white" />
  );
}
