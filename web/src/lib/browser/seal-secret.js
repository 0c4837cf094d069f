// Has the form of a secret send its value sealed for the vault, so that nobody between browser and vault has more than ciphertext:
// no proxy that ends TLS, no log of bodies, and not the hub. Where a browser has no cryptography for pages, as without TLS, the form
// stays as it is, and the secret says so.

class SealedForm {
  #form;
  #wish;
  #isBusy = false;
  #late = 0;

  constructor(form) {
    this.#form = form;
    this.#wish = JSON.parse(form.dataset.seal);
  }

  begin() {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send();
    });
    // The page may be shown again as it was left.
    addEventListener('pageshow', () => this.#busy(false));
    this.#part('sealing').hidden = false;
  }

  #part(name) {
    return this.#form.querySelector(`[data-${name}]`);
  }

  /** Sends once; the button shows that of what is not done soon. */
  #busy(is) {
    this.#isBusy = is;
    clearTimeout(this.#late);
    if (is) this.#late = setTimeout(() => (this.#part('send').disabled = true), this.#wish.soon);
    else this.#part('send').disabled = false;
  }

  async #send() {
    if (this.#isBusy) return;
    this.#busy(true);
    this.#part('failed').hidden = true;
    try {
      const { value: _value, ...fields } = Object.fromEntries(new FormData(this.#form));
      const { key, piece } = this.#wish;
      await import(piece);
      const sealed = await holdfastSeal({ fields, value: this.#form.elements.value.value, key });
      post({ ...fields, sealed, sealedBy: key.id });
    } catch {
      // Never as it is instead: whoever can break this on the way would get the value by it.
      this.#part('failed').hidden = false;
      this.#busy(false);
    }
  }
}

/** Sends a form of these fields to where this page is. */
function post(fields) {
  const form = document.createElement('form');
  form.method = 'post';
  form.hidden = true;
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement('input');
    Object.assign(input, { type: 'hidden', name, value });
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}

if (globalThis.crypto?.subtle !== undefined)
  for (const form of document.querySelectorAll('[data-seal]')) new SealedForm(form).begin();
