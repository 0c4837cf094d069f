// Which attributes an element of a text keeps. Pure.

/** Attributes by name. */
export type Attributes = Readonly<Record<string, string>>;

type Check = (value: string) => string | undefined;

const matching =
  (pattern: RegExp): Check =>
  (value) =>
    pattern.test(value) ? value : undefined;

const SHORT: Check = (value) => value.slice(0, 300);
const COUNT = matching(/^\d{1,2}$/);
const ALIGN = matching(/^(?:left|center|right)$/i);
const SIZE = matching(/^\d{1,4}%?$/);
// No id of a text is one of the page's own, so that no label, script or link of ours means an element of it (DOM clobbering).
const ID: Check = (value) => (/^[\p{L}\p{N}_.-]{1,100}$/u.test(value) ? `card-${value}` : undefined);

const EVERYWHERE: Readonly<Record<string, Check>> = {
  title: SHORT,
  lang: matching(/^[A-Za-z-]{2,20}$/),
  dir: matching(/^(?:ltr|rtl|auto)$/i),
};

const CELL: Readonly<Record<string, Check>> = { align: ALIGN, colspan: COUNT, rowspan: COUNT };
const BLOCK: Readonly<Record<string, Check>> = { align: ALIGN };
const HEADING: Readonly<Record<string, Check>> = { align: ALIGN, id: ID };

const LENGTH = matching(/^-?\d{0,2}(?:\.\d{1,4})?em$/);
const TRUTH = matching(/^(?:true|false)$/);
const SPACED: Readonly<Record<string, Check>> = { lspace: LENGTH, rspace: LENGTH };

/** Parts of formulas. */
const BY_PART: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  math: { display: matching(/^(?:block|inline)$/) },
  mi: { mathvariant: matching(/^normal$/) },
  mo: {
    ...{ ...SPACED, stretchy: TRUTH, fence: TRUTH, separator: TRUTH, symmetric: TRUTH, largeop: TRUTH },
    ...{
      movablelimits: TRUTH,
      form: matching(/^(?:prefix|infix|postfix)$/),
      minsize: LENGTH,
      maxsize: LENGTH,
    },
  },
  mspace: { width: LENGTH, height: LENGTH, depth: LENGTH },
  mpadded: { ...SPACED, width: LENGTH, height: LENGTH, depth: LENGTH, voffset: LENGTH },
  mfrac: { linethickness: matching(/^0(?:px|em)?$/) },
  mover: { accent: TRUTH },
  munder: { accentunder: TRUTH },
  menclose: { notation: matching(/^[a-z ]{1,40}$/) },
  mstyle: { displaystyle: TRUTH, scriptlevel: matching(/^[0-3]$/) },
  mtable: { columnalign: matching(/^[a-z ]{1,100}$/), displaystyle: TRUTH },
  mtd: { columnspan: COUNT, rowspan: COUNT },
};

const BY_ELEMENT: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  ...BY_PART,
  a: { id: ID },
  code: { class: matching(/^language-[\w+#.-]{1,30}$/) },
  details: { open: () => '' },
  div: BLOCK,
  ...Object.fromEntries(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((name) => [name, HEADING])),
  img: { width: SIZE, height: SIZE, align: ALIGN },
  ol: { start: matching(/^\d{1,9}$/) },
  p: BLOCK,
  table: BLOCK,
  td: CELL,
  th: { ...CELL, scope: matching(/^(?:row|col)$/) },
};

/** The attributes that are kept, as they may be written. */
export function attributesOf(element: string, attributes: Attributes): Attributes {
  const checks = { ...EVERYWHERE, ...BY_ELEMENT[element] };
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    const is = Object.hasOwn(checks, name) ? checks[name]?.(value) : undefined;
    if (is !== undefined) kept[name] = is;
  }
  // How Markdown says where the cells of a column stand; the policy of our pages refuses styles.
  const [, side] = /^text-align:\s*(left|center|right);?$/.exec(attributes['style'] ?? '') ?? [];
  return side === undefined || !(element === 'td' || element === 'th') ? kept : { ...kept, align: side };
}
