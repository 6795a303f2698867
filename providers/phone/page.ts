/** The phone's one page: a tab for each app, and the chat that phone.js draws into it. */
import type { PhoneApp } from './app.ts';

const escaped = (text: string) => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

export function phonePage(apps: readonly PhoneApp[]): string {
  const tabs = apps
    .map(
      ({ id, name }) =>
        `<a role="tab" id="tab-${escaped(id)}" href="#${escaped(id)}" aria-controls="chat">${escaped(name)}</a>`,
    )
    .join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Demo phone</title>
<link rel="stylesheet" href="/phone.css">
<script src="/phone.js" defer></script>
</head>
<body>
<main>
<h1>Demo phone</h1>
<p class="about">You are the customer here. Nothing leaves this machine.</p>
<section class="phone" aria-label="Phone">
<nav role="tablist" aria-label="Apps">${tabs}</nav>
<div id="chat" role="tabpanel" tabindex="-1">
<header><div><h2 id="title"></h2><p id="subtitle"></p></div><button type="button" id="block">Block</button></header>
<ol id="messages" aria-live="polite" aria-label="Messages"></ol>
<p id="about" hidden><span></span> <button type="button" id="not-about" aria-label="Write a message of its own">✕</button></p>
<button type="button" id="begin" hidden></button>
<form id="write" autocomplete="off">
<label class="file" title="Send a file"><input type="file" name="file" aria-label="Send a file"><span aria-hidden="true">+</span></label>
<textarea name="text" rows="1" aria-label="Message" placeholder="Message"></textarea>
<button type="submit" aria-label="Send">➤</button>
</form>
</div>
</section>
</main>
</body>
</html>
`;
}
