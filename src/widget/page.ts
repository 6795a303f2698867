/** The frame's end of the conversation with the page around it (protocol.ts). */
import { type Hello, type Place, readHello, readToFrame, type Said, type ToPage } from './protocol';

interface Handlers {
  /** The page is there; what it has said before this frame was. */
  onHello: (hello: Hello) => void;
  onShown: (isShown: boolean) => void;
  onSaid: (said: Said) => void;
  onPlace: (place: Place) => void;
}

interface Page {
  /** Opened by itself, not in a frame: there is nobody to talk to, and nothing to close. */
  isAlone: boolean;
  post(message: ToPage): void;
}

export function connectToPage({ onHello, onShown, onSaid, onPlace }: Handlers): Page {
  const isAlone = window.parent === window;
  let port: MessagePort | null = null;
  const unsent: ToPage[] = [];

  addEventListener('message', (event: MessageEvent) => {
    const hello = readHello(event.data);
    // Only the page that frames us, once, with a port of its own.
    if (
      isAlone ||
      port !== null ||
      event.source !== window.parent ||
      hello === null ||
      event.ports.length !== 1
    )
      return;
    port = event.ports[0]!;
    port.onmessage = ({ data }) => {
      const message = readToFrame(data);
      if (message?.type === 'said') onSaid(message.said);
      else if (message?.type === 'place') onPlace({ page: message.page, referrer: message.referrer });
      else if (message !== null) onShown(message.type === 'shown');
    };
    onHello(hello);
    for (const message of unsent.splice(0)) port.postMessage(message);
  });

  return {
    isAlone,
    post(message) {
      if (port !== null) port.postMessage(message);
      else if (!isAlone) unsent.push(message);
    },
  };
}
