import { useEffect, type Ref, useRef, useImperativeHandle } from 'react';
import { trusted } from '../lib/trusted';

export interface SandboxedMarkup {
  /** Markup that somebody has made harmless, or that the desk wrote. */
  body: string;
  /** Where its pictures may come from, as sources of a policy: none where it is empty. */
  pictures?: string;
  scheme: 'light' | 'dark';
  /** Of its body, beside what every such page has. */
  style?: string;
}

/** A page that loads nothing but its `pictures`. Its policy counts beside the desk's, which it inherits: the stricter one wins. */
export function sandboxedPage({ body, pictures = '', scheme, style = '' }: SandboxedMarkup): string {
  const policy = `default-src 'none'; style-src 'unsafe-inline'${pictures && `; img-src ${pictures}`}`;
  return trusted.createHTML(
    `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="referrer" content="no-referrer"><meta name="color-scheme" content="${scheme}"><base target="_blank"></head><body dir="auto" style="margin:0;font:14px/1.5 system-ui,sans-serif;overflow-wrap:anywhere;${style}">${body}</body></html>`,
  );
}

interface Props {
  title: string;
  /** Of `sandboxedPage`. */
  page: string;
  scheme: 'light' | 'dark';
  className: string;
  ref?: Ref<HTMLIFrameElement>;
}

/** In a frame without scripts and of no origin: it reads nothing of the desk. Its links open beside it. */
export function SandboxedPage({ title, page, scheme, className, ref }: Props) {
  const frame = useRef<HTMLIFrameElement>(null);
  useImperativeHandle(ref, () => frame.current!);
  useEffect(() => {
    // Not as an attribute: React would make a string of what the policy of Trusted Types let through.
    frame.current!.srcdoc = page;
  }, [page]);
  return (
    <iframe
      ref={frame}
      title={title}
      sandbox="allow-popups allow-popups-to-escape-sandbox"
      referrerPolicy="no-referrer"
      className={`w-full rounded-md border border-line ${className}`}
      style={{ colorScheme: scheme }}
    />
  );
}
