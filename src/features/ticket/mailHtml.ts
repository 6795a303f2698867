/**
 * The HTML of a mail, made harmless (docs/rules.md M5): no scripts, forms, frames, styles of the page or of its place on it;
 * links that say where they lead; pictures that came with the mail, and others only when they are asked for.
 *
 * One wall of three: the frame that shows it has no scripts (sandbox) and loads nothing (its policy).
 */
import createPurifier from 'dompurify';
import { trusted } from '../../lib/trusted';
import { sandboxedPage } from '../../ui/sandboxedPage';

export interface CleanMail {
  body: DocumentFragment;
  /** Pictures elsewhere that are not shown: whoever has them would know when the mail is read. */
  hiddenImages: number;
  /** It was written for its own colours: shown on white. */
  hasColours: boolean;
}

interface Images {
  /** By their Content-ID, without brackets: `data:` addresses, since a sandboxed frame reads no others. */
  inline: ReadonlyMap<string, string>;
  showsRemote: boolean;
}

const purifier = createPurifier(window);

const rules = {
  USE_PROFILES: { html: true },
  FORBID_TAGS: [
    ...['style', 'form', 'input', 'button', 'select', 'textarea', 'option', 'label', 'fieldset', 'dialog'],
    ...['video', 'audio', 'source', 'track', 'picture', 'map', 'area', 'template', 'slot', 'marquee'],
  ],
  FORBID_ATTR: ['id', 'name', 'class', 'srcset', 'background', 'usemap', 'autofocus', 'tabindex', 'popover'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
  TRUSTED_TYPES_POLICY: trusted as unknown as TrustedTypePolicy,
} as const;

type TrustedTypePolicy = NonNullable<Parameters<typeof purifier.sanitize>[1]>['TRUSTED_TYPES_POLICY'];

export function cleanMail(html: string, images: Images): CleanMail {
  const body = purifier.sanitize(html, {
    ...rules,
    FORBID_TAGS: [...rules.FORBID_TAGS],
    FORBID_ATTR: [...rules.FORBID_ATTR],
  });
  let hiddenImages = 0;
  for (const element of body.querySelectorAll<HTMLElement>('*')) {
    if (element.hasAttribute('style')) cleanStyle(element.style);
    // As wide as it was laid out, where there is room.
    if (element.hasAttribute('width') || element.style.width !== '') element.style.maxWidth = '100%';
    if (element instanceof HTMLImageElement) hiddenImages += cleanImage(element, images) ? 0 : 1;
    else if (element instanceof HTMLAnchorElement) cleanLink(element);
    else for (const name of ['src', 'href']) element.removeAttribute(name);
  }
  const coloured = '[bgcolor], [color], [style*="background"], [style*="color"]';
  return { body, hiddenImages, hasColours: body.querySelector(coloured) !== null };
}

const dropped =
  /^(?:position|z-index|top|left|right|bottom|inset.*|transform.*|translate|animation.*|content|cursor|behavior)$/;

/** What computes a colour or a length. Any other may fetch, today or in a browser to come. */
const harmless =
  /^(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|color-mix|calc|min|max|clamp|(?:repeating-)?(?:linear|radial|conic)-gradient)$/i;

/** Nothing leaves its place, covers what is not its own, or loads. */
function cleanStyle(style: CSSStyleDeclaration) {
  for (const name of Array.from(style)) {
    const value = style.getPropertyValue(name);
    const functions = Array.from(value.matchAll(/([^\s(),]*)\(/g), ([, each]) => each!);
    // Nothing is read of a shorthand whose value is put together later, from var() and its like: whatever is in it.
    const isKnown = value !== '' && functions.every((each) => harmless.test(each));
    if (!isKnown || dropped.test(name) || name.startsWith('--')) style.removeProperty(name);
  }
}

/** Whether it is shown. */
function cleanImage(image: HTMLImageElement, { inline, showsRemote }: Images): boolean {
  const source = image.getAttribute('src') ?? '';
  image.style.maxWidth = '100%';
  image.style.height = 'auto';
  image.referrerPolicy = 'no-referrer';
  if (/^data:image\/(?:png|jpe?g|gif|webp);/i.test(source)) return true;
  if (/^https?:/i.test(source)) {
    if (!showsRemote) image.removeAttribute('src');
    return showsRemote;
  }
  const found = /^cid:/i.test(source) ? inline.get(contentIdOf(source)) : undefined;
  if (found === undefined) image.removeAttribute('src');
  else image.setAttribute('src', found);
  return true;
}

function contentIdOf(source: string): string {
  const id = source.replace(/^cid:/i, '');
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** Its words may name another place than it leads to, so it says the place. */
function cleanLink(link: HTMLAnchorElement) {
  const href = link.getAttribute('href') ?? '';
  if (!/^(?:https?|mailto|tel):/i.test(href) || !URL.canParse(href)) return link.removeAttribute('href');
  const { host, pathname, protocol } = new URL(href);
  link.title = protocol.startsWith('http') ? host : pathname;
  link.target = '_blank';
  link.rel = 'noopener noreferrer nofollow';
}

/** The page that stands in the frame. */
export function mailPage({ body, hasColours }: CleanMail, showsRemote: boolean, scheme: 'light' | 'dark') {
  // Of a document that is not shown: put into the desk's own, its pictures would be fetched by the desk.
  const box = document.createElement('template');
  box.content.append(body.cloneNode(true));
  const paper = hasColours ? 'background:#fff;color:#111' : 'background:transparent;color:CanvasText';
  return sandboxedPage({
    body: box.innerHTML,
    pictures: `data:${showsRemote ? ' https: http:' : ''}`,
    scheme,
    style: `padding:8px;${paper}`,
  });
}
