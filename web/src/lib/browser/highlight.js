// Colours code, in the reader's browser: a grammar is a heap of patterns, and the hub runs none of them over what strangers
// wrote. Without script the code is there in one colour.

const LONGEST = 200_000;
const grammars = JSON.parse(document.querySelector('[data-grammars]')?.dataset.grammars ?? '{}');
const blocks = [...document.querySelectorAll('code[class*="language-"]')].filter(
  (block) => block.textContent.length <= LONGEST && languageOf(block) !== undefined,
);

function languageOf(block) {
  const name = [...block.classList].find((one) => one.startsWith('language-'))?.slice('language-'.length);
  return Object.hasOwn(grammars, name ?? '') ? name : undefined;
}

/** A part of ours, by an address that the page was built with. */
function load(address) {
  return import(address);
}

if (blocks.length > 0) {
  const { default: highlighter } = await load(grammars['']);
  for (const block of blocks) {
    const language = languageOf(block);
    if (highlighter.getLanguage(language) === undefined)
      highlighter.registerLanguage(language, (await load(grammars[language])).default);
    // It writes nothing but text and spans with classes of its own.
    block.innerHTML = highlighter.highlight(block.textContent, { language, ignoreIllegals: true }).value;
  }
}
