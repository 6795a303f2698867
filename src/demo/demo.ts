/**
 * The demo shop: an ordinary page with the ordinary snippet. Only the channel is not written into it but taken from the
 * address, `?channel=PUBLIC_ID`, so that any team can try its own chat here.
 */
const channel = new URLSearchParams(location.search).get('channel');
const button = document.querySelector<HTMLButtonElement>('#open-chat')!;

if (channel) {
  const script = document.createElement('script');
  script.async = true;
  script.src = `/w.js?channel=${encodeURIComponent(channel)}`;
  script.dataset.channel = channel;
  // The loader is told which chats are switched off, and draws no launcher for them.
  script.addEventListener('load', () => {
    if (!window.batonClosed?.includes(channel)) return;
    button.hidden = true;
    document.querySelector<HTMLElement>('#closed')!.hidden = false;
  });
  document.body.append(script);
  button.addEventListener('click', () => window.baton?.('open'));
} else {
  button.hidden = true;
  document.querySelector<HTMLElement>('#notice')!.hidden = false;
}
