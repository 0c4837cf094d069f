// The one place where what somebody wrote becomes HTML of a page. Nothing is passed on as it was written: the text is parsed,
// and what is allowed is written anew, tags and attributes from lists of our own and everything else as text.
// Invariants: no element that runs, loads, styles or asks for input is ever written; every value is escaped; what is
// opened is closed; pictures come from this hub alone.
import { Parser } from 'htmlparser2';
import { attributesOf, type Attributes } from './attributes.ts';
import { bytesOf, pageOf, readAddress, type ProsePlace } from './addresses.ts';

const WRITTEN: ReadonlySet<string> = new Set(
  (
    'a abbr b blockquote br caption center code col colgroup dd del details div dl dt em figcaption figure ' +
    'h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strike strong sub summary sup ' +
    'table tbody td tfoot th thead tr tt u ul var'
  ).split(' '),
);

/** What formulas are made of. None of it holds HTML: within one, other elements are written as their text alone. */
const MATHS: ReadonlySet<string> = new Set(
  (
    'math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle ' +
    'msub msubsup msup mtable mtd mtext mtr munder munderover'
  ).split(' '),
);

/** Left out with all that is in them: it is no text, or is text to a browser in another way than to us. */
const LEFT_OUT: ReadonlySet<string> = new Set(
  (
    'annotation annotation-xml applet audio canvas embed form frame frameset head iframe noembed noframes noscript object optgroup option ' +
    'plaintext script select style svg template textarea title video xmp'
  ).split(' '),
);

const EMPTY: ReadonlySet<string> = new Set(['br', 'col', 'hr', 'img']);

/** Deeper elements are written as their text alone: browsers and their readers stop somewhere, too. */
const DEEPEST = 60;

/** The HTML that may be shown of HTML that somebody wrote. */
export function cleanHtml(html: string, place: ProsePlace): string {
  const writer = new CleanWriter(place);
  const parser = new Parser(
    {
      onopentag: (name, attributes) => writer.open(name, attributes),
      ontext: (text) => writer.text(text),
      onclosetag: (name) => writer.close(name),
    },
    { decodeEntities: true, lowerCaseTags: true, lowerCaseAttributeNames: true },
  );
  parser.end(html);
  return writer.html;
}

/** Writes what is allowed. The parser closes each element that it opened, in order. */
class CleanWriter {
  html = '';
  readonly #place: ProsePlace;
  /** What was written for each element that is open; empty where nothing was. */
  readonly #open: string[] = [];
  #leftOut = 0;
  #links = 0;
  #maths = 0;

  constructor(place: ProsePlace) {
    this.#place = place;
  }

  open(name: string, attributes: Attributes): void {
    if (LEFT_OUT.has(name)) this.#leftOut += 1;
    const tag = this.#leftOut === 0 && this.#open.length < DEEPEST ? this.#tagOf(name, attributes) : '';
    this.#open.push(tag);
    if (tag === 'a') this.#links += 1;
    if (tag === 'math') this.#maths += 1;
  }

  text(text: string): void {
    if (this.#leftOut === 0) this.html += escapeText(text);
  }

  close(name: string): void {
    const tag = this.#open.pop() ?? '';
    if (LEFT_OUT.has(name)) this.#leftOut -= 1;
    if (tag === 'a') this.#links -= 1;
    if (tag === 'math') this.#maths -= 1;
    if (tag !== '' && !EMPTY.has(tag)) this.html += `</${tag}>`;
  }

  /** Writes the element's beginning, and tells which tag will end it. */
  #tagOf(name: string, attributes: Attributes): string {
    // HTML in a formula, or a part of one elsewhere, is read by browsers as standing in another place than it was written.
    const isMaths = MATHS.has(name);
    if (isMaths ? (name === 'math' ? this.#maths > 0 : this.#maths === 0) : this.#maths > 0) return '';
    if (!isMaths && !WRITTEN.has(name)) return '';
    if (name === 'img') return this.#picture(attributes);
    if (name === 'a') return this.#link(attributes);
    const own = attributesOf(name, attributes);
    // What is wider than the page is scrolled by keyboard, too, where the focus can be put into it.
    this.html += `<${name}${written(name === 'pre' ? { ...own, tabindex: '0' } : own)}>`;
    return name;
  }

  #link(attributes: Attributes): string {
    // A link in a link ends the first for a browser, and then what is open is not what was closed.
    if (this.#links > 0) return '';
    const address = readAddress(attributes['href'] ?? '#', this.#place);
    const own = attributesOf('a', attributes);
    if (address === undefined || attributes['href'] === undefined) this.html += `<a${written(own)}>`;
    else if (address.kind === 'outside')
      this.html += `<a${written({ ...own, href: address.url, rel: 'nofollow noopener noreferrer' })}>`;
    else if (address.kind === 'here')
      this.html += `<a${written({ ...own, href: `#card-${address.fragment}` })}>`;
    else {
      const href = address.kind === 'file' ? pageOf(address.path, this.#place) : address.path;
      this.html += `<a${written({ ...own, href })}>`;
    }
    return 'a';
  }

  /** A picture of this hub; one from elsewhere becomes a link: to load it would tell that host who reads what. */
  #picture(attributes: Attributes): string {
    const text = attributes['alt'] ?? '';
    const source = attributes['src'] ?? '';
    const own = { ...attributesOf('img', attributes), alt: text, loading: 'lazy' };
    if (/^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]{1,100000}$/.test(source)) {
      this.html += `<img${written({ ...own, src: source })}>`;
      return 'img';
    }
    const address = readAddress(source, this.#place);
    if (address?.kind === 'file') {
      this.html += `<img${written({ ...own, src: bytesOf(address.path, this.#place) })}>`;
      return 'img';
    }
    this.#outside(text, address?.kind === 'outside' ? address : undefined);
    return '';
  }

  #outside(text: string, address: { readonly url: string; readonly host: string } | undefined): void {
    const shown = text === '' ? (address?.host ?? '') : text;
    if (shown === '') return;
    if (address === undefined || this.#links > 0) {
      this.html += `<span class="outside">${escapeText(shown)}</span>`;
      return;
    }
    const link = { class: 'outside', href: address.url, rel: 'nofollow noopener noreferrer' };
    this.html += `<a${written(link)}>${escapeText(shown)}</a>`;
  }
}

function written(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeText(value)}"`)
    .join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return text.replaceAll(/[&<>"']/g, (one) => ENTITIES[one] ?? '');
}
