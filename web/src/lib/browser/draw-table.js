// Draws a table that was read from a file: what is in it becomes text, and nothing else.

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

class TableDrawing {
  #place;
  #words;
  #numbers;
  #body = document.createElement('tbody');
  #count = element('p', '', { class: 'hint inside', role: 'status' });
  #shown = 0;

  constructor(place, { words, start }) {
    this.#place = place;
    this.#words = words;
    this.#numbers = new Intl.NumberFormat(start.locale);
  }

  add(sheet) {
    if (this.#shown === 0) this.#begin(sheet);
    const rows = document.createDocumentFragment();
    for (const values of sheet.rows) {
      this.#shown += 1;
      const row = document.createElement('tr');
      row.append(element('td', this.#numbers.format(this.#shown), { class: 'no' }));
      for (const value of values) row.append(element('td', value));
      rows.append(row);
    }
    this.#body.append(rows);
    const { row, rows: name, of, empty } = this.#words;
    const total = sheet.total === undefined ? '' : ` ${of} ${this.#numbers.format(sheet.total)}`;
    const shown = this.#numbers.format(this.#shown);
    const range = this.#shown === 1 ? `${row} 1` : `${name} 1–${shown}`;
    this.#count.textContent = this.#shown === 0 ? empty : `${range}${total}`;
  }

  #begin({ facts, heads, columns, left }) {
    const { label, columns: names, facts: known, left: leftOut } = this.#words;
    const list = element('dl', '', { class: 'about-repo inside' });
    for (const [name, value] of facts)
      list.append(element('dt', Object.hasOwn(known, name) ? known[name] : name), element('dd', value));
    const head = document.createElement('tr');
    head.append(element('th', '#', { scope: 'col', class: 'no' }));
    for (const name of columns)
      head.append(element('th', heads === 'own' ? name : names[name], { scope: 'col' }));
    const [top, table] = [document.createElement('thead'), document.createElement('table')];
    top.append(head);
    table.append(top, this.#body);
    const frame = element('div', '', {
      class: 'wide-table',
      role: 'region',
      tabindex: '0',
      'aria-label': label,
    });
    frame.append(table);
    if (facts.length > 0) this.#place.append(list);
    this.#place.append(this.#count, frame);
    if (left.length > 0)
      this.#place.append(element('p', `${leftOut} ${left.join(', ')}`, { class: 'hint inside' }));
  }
}

/** Begins a table in a place of the page. */
export function begin(place, wish) {
  return new TableDrawing(place, wish);
}
