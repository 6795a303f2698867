/** The frame of mailFrame.test.ts on a page of its own. */
import { createRoot } from 'react-dom/client';
import { MailFrame } from '../../src/features/ticket/mailFrame';

declare global {
  interface Window {
    show: (html: string, images: [string, string][]) => void;
  }
}

const root = createRoot(document.getElementById('app')!);
window.show = (html, images) =>
  root.render(<MailFrame key={html} html={html} inlineImages={new Map(images)} />);
