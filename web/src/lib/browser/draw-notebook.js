// Draws the cells of a notebook. Text stays text; what is HTML was cleaned by `prose/clean.ts`, in the worker that read it.

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** What `prose/clean.ts` wrote, and nothing that anybody else did. */
function cleaned(html) {
  const made = element('div', '', { class: 'prose' });
  made.innerHTML = html;
  return made;
}

/** Begins a notebook in a place of the page. */
export function begin(place, { words }) {
  function output(one, number) {
    switch (one.kind) {
      case 'picture':
        return element('img', '', { src: one.source, alt: `${words.output} ${number}` });
      case 'html':
        return cleaned(one.html);
      default:
        return element(
          'pre',
          one.text,
          one.kind === 'error' ? { class: 'bad', tabindex: '0' } : { tabindex: '0' },
        );
    }
  }

  function code(cell, language) {
    const made = element('div', '', { class: 'cell code-cell' });
    const mark = element('span', `[${cell.count ?? ' '}]`, { class: 'no', 'aria-hidden': 'true' });
    const lines = element('pre', '', { tabindex: '0' });
    lines.append(element('code', cell.text, { class: `language-${language}` }));
    made.append(mark, lines);
    cell.outputs.forEach((one, index) => {
      const below = element('div', '', { class: 'output' });
      below.append(output(one, index + 1));
      made.append(below);
    });
    return made;
  }

  function drawn(cell, language) {
    if (cell.kind === 'code') return code(cell, language);
    const made = element('div', '', { class: 'cell' });
    made.append(cell.kind === 'prose' ? cleaned(cell.html) : element('pre', cell.text, { tabindex: '0' }));
    return made;
  }

  function add({ cells, language, total }) {
    place.append(...cells.map((cell) => drawn(cell, language)));
    if (total === 0) place.append(element('p', words.empty, { class: 'inside' }));
  }

  return { add };
}
