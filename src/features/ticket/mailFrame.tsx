import { useEffect, useMemo, useRef, useState, useSyncExternalStore, type RefObject } from 'react';
import { Button } from '../../ui/button';
import { SandboxedPage } from '../../ui/sandboxedPage';
import { cleanMail, mailPage } from './mailHtml';

interface Props {
  html: string;
  /** `data:` addresses of the pictures that came with the mail, by their Content-ID. */
  inlineImages: ReadonlyMap<string, string>;
}

/**
 * A mail as its sender laid it out, in a frame without scripts and of no origin: it reads nothing of the desk and loads nothing
 * until somebody asks for its pictures, which then come from where they are, by nobody else.
 */
export function MailFrame({ html, inlineImages }: Props) {
  const [showsRemote, setShowsRemote] = useState(false);
  const frame = useRef<HTMLIFrameElement>(null);
  const mail = useMemo(
    () => cleanMail(html, { inline: inlineImages, showsRemote }),
    [html, inlineImages, showsRemote],
  );
  const theme = useSyncExternalStore(watchTheme, themeNow);
  // What was written in colours was written for white.
  const scheme = mail.hasColours ? 'light' : theme;
  const page = useMemo(() => mailPage(mail, showsRemote, scheme), [mail, showsRemote, scheme]);
  useFittedHeight(frame, page);

  return (
    <div className="flex w-full min-w-0 flex-col gap-1.5">
      {(mail.hiddenImages > 0 || showsRemote) && (
        <div className="flex flex-wrap items-center gap-2 text-xs text-ink-3">
          <span>
            {showsRemote
              ? 'Images come from elsewhere: the sender can tell that this was read.'
              : `${mail.hiddenImages === 1 ? '1 image is' : `${mail.hiddenImages} images are`} hidden: loading tells the sender that this was read.`}
          </span>
          {/* One button for both: the focus stays on it. */}
          <Button onClick={() => setShowsRemote(!showsRemote)}>
            {showsRemote ? 'Hide images' : 'Show images'}
          </Button>
        </div>
      )}
      <SandboxedPage ref={frame} title="Mail as it was laid out" page={page} scheme={scheme} className="" />
    </div>
  );
}

const themeNow = () => (getComputedStyle(document.documentElement).colorScheme === 'dark' ? 'dark' : 'light');

function watchTheme(changed: () => void) {
  const watch = new MutationObserver(changed);
  watch.observe(document.documentElement, { attributes: true });
  return () => watch.disconnect();
}

const leastHeight = 40;
const mostHeight = 20_000;

/**
 * Nobody can look into the frame, so the same page is laid out once more, unseen, in the width that it has there. This one has the
 * desk's origin, that it can be measured, and is held by the same policy; scripts run in neither.
 */
function useFittedHeight(frame: RefObject<HTMLIFrameElement | null>, page: string) {
  useEffect(() => {
    const shown = frame.current!;
    const copy = document.createElement('iframe');
    copy.setAttribute('sandbox', 'allow-same-origin');
    copy.referrerPolicy = 'no-referrer';
    copy.inert = true;
    copy.style.cssText = 'position:fixed;top:0;left:0;height:0;border:0;visibility:hidden';
    copy.srcdoc = page;
    const fit = () => {
      copy.style.width = `${shown.clientWidth}px`;
      const laidOut = copy.contentDocument?.documentElement;
      if (!laidOut) return;
      const scrollbar = laidOut.scrollWidth > shown.clientWidth ? 16 : 0;
      const height = Math.ceil(laidOut.getBoundingClientRect().height) + 2 + scrollbar;
      shown.style.height = `${Math.min(Math.max(height, leastHeight), mostHeight)}px`;
    };
    const watch = new ResizeObserver(fit);
    watch.observe(shown);
    copy.addEventListener('load', () => watch.observe(copy.contentDocument!.documentElement));
    document.body.append(copy);
    return () => {
      watch.disconnect();
      copy.remove();
    };
  }, [frame, page]);
}
