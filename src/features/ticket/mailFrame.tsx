import { useEffect, useMemo, useRef, useState, useSyncExternalStore, type RefObject } from 'react';
import { Button } from '../../ui/button';
import { bodyStyle, cleanMail, mailPage, type CleanMail } from './mailHtml';

interface Props {
  html: string;
  /** `data:` addresses of the pictures that came with the mail, by their Content-ID. */
  inlineImages: ReadonlyMap<string, string>;
  /** Pictures that are elsewhere were asked for. */
  onShowImages?: () => void;
}

/**
 * A mail as its sender laid it out, in a frame without scripts and of no origin: it reads nothing of the desk and loads nothing
 * until somebody asks for its pictures, which then come from where they are, by nobody else.
 */
export function MailFrame({ html, inlineImages, onShowImages }: Props) {
  const [showsRemote, setShowsRemote] = useState(false);
  const frame = useRef<HTMLIFrameElement>(null);
  const mail = useMemo(
    () => cleanMail(html, { inline: inlineImages, showsRemote }),
    [html, inlineImages, showsRemote],
  );
  const theme = useSyncExternalStore(watchTheme, themeNow);
  // What was written in colours was written for white.
  const scheme = mail.hasColours ? 'light' : theme;
  useFittedHeight(frame, mail);
  useEffect(() => {
    // Sanitised by mailHtml.ts. Not as an attribute: React would make a string of it.
    if (frame.current !== null) frame.current.srcdoc = mailPage(mail, showsRemote, scheme);
  }, [mail, showsRemote, scheme]);

  return (
    <div className="flex w-full min-w-0 flex-col gap-1.5">
      {mail.hiddenImages > 0 && (
        <div className="flex flex-wrap items-center gap-2 text-xs text-ink-3">
          <span>
            {mail.hiddenImages === 1 ? '1 image is' : `${mail.hiddenImages} images are`} hidden: loading tells
            the sender that this was read.
          </span>
          <Button
            onClick={() => {
              setShowsRemote(true);
              onShowImages?.();
            }}
          >
            Show images
          </Button>
        </div>
      )}
      <iframe
        ref={frame}
        title="Mail as it was laid out"
        sandbox="allow-popups allow-popups-to-escape-sandbox"
        referrerPolicy="no-referrer"
        className="w-full rounded-md border border-line"
        style={{ colorScheme: scheme }}
      />
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

/** Nobody can look into the frame, so its content is laid out once more, unseen, in the width that it has there. */
function useFittedHeight(frame: RefObject<HTMLIFrameElement | null>, { body }: CleanMail) {
  useEffect(() => {
    const shown = frame.current;
    if (shown === null) return undefined;
    const host = document.createElement('div');
    host.inert = true;
    host.style.cssText = 'position:absolute;visibility:hidden;height:0;overflow:hidden;contain:layout paint';
    const box = document.createElement('div');
    box.style.cssText = `${bodyStyle};display:flow-root`;
    box.append(body.cloneNode(true));
    host.attachShadow({ mode: 'open' }).append(box);
    shown.parentElement!.append(host);
    const fit = () => {
      host.style.width = `${shown.clientWidth}px`;
      const height = Math.ceil(box.getBoundingClientRect().height) + 2;
      shown.style.height = `${Math.min(Math.max(height, leastHeight), mostHeight)}px`;
    };
    const watch = new ResizeObserver(fit);
    watch.observe(box);
    watch.observe(shown);
    fit();
    return () => {
      watch.disconnect();
      host.remove();
    };
  }, [frame, body]);
}
