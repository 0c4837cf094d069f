// Uploads files from a page: asks how each is to come, sends the large ones by themselves, and the commit with the others in it.
// Each step is one that the hub checks anew; what was sent and not committed is nobody's, and goes away by itself.

/** Files of one commit. */
const MOST_FILES = 1_000;
/** How many files are asked about at once. */
const ASKED = 200;
const SAMPLE = 512;

function base64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000)
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** What was dropped, folders and all. */
async function dropped(items) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry != null);
  const found = [];
  // One more than go at once, so that it is seen that there are more.
  while (entries.length > 0 && found.length <= MOST_FILES) {
    const entry = entries.shift();
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      found.push({ path: entry.fullPath.slice(1), file });
    } else entries.push(...(await childrenOf(entry.createReader())));
  }
  return found;
}

/** A folder is read in parts, until one is empty. */
async function childrenOf(reader) {
  const found = [];
  for (;;) {
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0 || found.length > MOST_FILES) return found;
    found.push(...part);
  }
}

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Asks the hub, and can be stopped. */
class Asking {
  #words;
  #refusals;
  #stopped = new AbortController();

  constructor({ words, refusals }) {
    this.#words = words;
    this.#refusals = refusals;
  }

  get isStopped() {
    return this.#stopped.signal.aborted;
  }

  stop() {
    this.#stopped.abort();
  }

  /** Sends, with progress of what went out. */
  ask(method, address, { body = null, type, onProgress = () => undefined } = {}) {
    const { promise, resolve, reject } = Promise.withResolvers();
    const request = new XMLHttpRequest();
    this.#stopped.signal.addEventListener('abort', () => request.abort());
    request.open(method, address);
    if (type !== undefined) request.setRequestHeader('content-type', type);
    request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded));
    request.addEventListener('load', () => {
      if (request.status >= 300) reject(new Error(this.#refusalOf(request)));
      else
        try {
          resolve(JSON.parse(request.responseText));
        } catch {
          // Something between the hub and the browser answered in its place.
          reject(new Error(this.#words.lost));
        }
    });
    request.addEventListener('error', () => reject(new Error(this.#words.lost)));
    request.addEventListener('abort', () => reject(new Error(this.#words.stopped)));
    request.send(body);
    return promise;
  }

  #refusalOf(request) {
    const code = request.getResponseHeader('x-error-code') ?? '';
    return this.#refusals[code] ?? request.getResponseHeader('x-error-message') ?? String(request.status);
  }

  /** The digest of a file, which names it to the hub and says there whether it arrived whole. */
  digest(file, worker, onProgress) {
    const { promise, resolve, reject } = Promise.withResolvers();
    const digester = new Worker(worker);
    this.#stopped.signal.addEventListener('abort', () => reject(new Error(this.#words.stopped)));
    digester.addEventListener('error', () => reject(new Error(this.#words.lost)));
    digester.addEventListener('message', ({ data }) => {
      if (data.digest !== undefined) resolve(data.digest);
      else if (data.failed) reject(new Error(this.#gone(file)));
      else onProgress(data.read);
    });
    digester.postMessage(file);
    return promise.finally(() => digester.terminate());
  }

  /** The bytes of a file, or of the beginning of one. */
  async bytesOf(file, end = file.size) {
    try {
      return new Uint8Array(await file.slice(0, end).arrayBuffer());
    } catch {
      throw new Error(this.#gone(file));
    }
  }

  #gone({ name }) {
    return this.#words.gone.replace('{file}', name);
  }
}

class Upload {
  #form;
  #wish;
  #chosen = new Map();
  #asking;
  #Progress;
  #isBusy = false;
  /** All is done, and the next page is on its way. */
  #isLeaving = false;
  #late = 0;
  #under = '';

  constructor(form) {
    this.#form = form;
    this.#wish = JSON.parse(form.dataset.upload);
    this.#asking = new Asking(this.#wish);
  }

  async begin() {
    const form = this.#form;
    ({ Progress: this.#Progress } = await import(this.#wish.progress));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#run();
    });
    this.#part('stop').addEventListener('click', () => this.#asking.stop());
    const picker = form.querySelector('[type=file]');
    picker.addEventListener('change', () => {
      if (!this.#isBusy)
        this.#choose([...picker.files].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
      picker.value = '';
    });
    // Of the whole page: a browser opens what is dropped beside the form, and leaves what was chosen.
    for (const name of ['dragover', 'dragleave', 'drop'])
      document.addEventListener(name, (event) => this.#drag(event));
    addEventListener('beforeunload', (event) => {
      if (this.#isBusy && !this.#isLeaving) event.preventDefault();
    });
    // The page may be shown again as it was left.
    addEventListener('pageshow', () => {
      if (this.#isLeaving) this.#busy(false);
    });
    form.hidden = false;
    this.#choose([]);
  }

  #drag(event) {
    const { type, dataTransfer } = event;
    if (!dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    this.#form.classList.toggle('over', type === 'dragover' && !this.#isBusy);
    // What comes while files are sent would not come along.
    if (this.#isBusy) dataTransfer.dropEffect = 'none';
    else if (type === 'drop')
      dropped(dataTransfer.items).then(
        (files) => this.#choose(files),
        () => this.#say(this.#wish.words.failed, true),
      );
  }

  #part(name) {
    return this.#form.querySelector(`[data-${name}]`);
  }

  #say(text, bad = false) {
    this.#part('said').textContent = text;
    for (const name of ['bad', 'notice']) this.#part('said').classList.toggle(name, bad);
  }

  /** Adds files to what is chosen; of one name the last counts. */
  #choose(files) {
    const { none, tooMany } = this.#wish.words;
    let isFull = false;
    for (const { path, file } of files) {
      isFull = this.#chosen.size >= MOST_FILES && !this.#chosen.has(path);
      if (isFull) break;
      this.#chosen.get(path)?.row.remove();
      this.#chosen.set(path, this.#row(path, file));
    }
    this.#part('send').disabled = this.#chosen.size === 0;
    if (isFull) this.#say(tooMany.replace('{most}', String(MOST_FILES)), true);
    else this.#say(this.#chosen.size === 0 ? none : '');
  }

  #row(path, file) {
    const { words, locale, base } = this.#wish;
    const sizes = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
    const [divisor, unit] = file.size < 1e3 ? [1, 'B'] : file.size < 1e6 ? [1e3, 'kB'] : [1e6, 'MB'];
    const size = `${sizes.format(file.size / divisor)} ${unit}`;
    const row = element('li', '');
    const state = element('span', '', { class: 'soft' });
    const out = element('button', words.remove, {
      type: 'button',
      class: 'quiet',
      'aria-label': `${words.remove}: ${path}`,
    });
    out.addEventListener('click', () => {
      if (this.#isBusy) return;
      row.remove();
      this.#chosen.delete(path);
      this.#choose([]);
    });
    row.append(
      element('span', path, { class: 'name' }),
      state,
      element('span', size, { class: 'size' }),
      out,
    );
    this.#part('files').append(row);
    return { path: base + path, file, row, state };
  }

  /** Takes nothing else meanwhile; that it works is shown of what is not done soon. */
  #busy(is) {
    this.#isBusy = is;
    this.#isLeaving = false;
    this.#under = '';
    clearTimeout(this.#late);
    this.#form.classList.toggle('begun', is);
    if (is) this.#late = setTimeout(() => this.#showWork(true), this.#wish.soon);
    else this.#showWork(false);
  }

  #showWork(is) {
    this.#form.classList.remove('begun');
    if (this.#under !== '') this.#say(this.#under);
    this.#part('work').hidden = !is;
    this.#part('stop').hidden = !is;
    for (const one of this.#form.querySelectorAll('[data-send], [type=file], [data-files] button'))
      one.disabled = is;
  }

  async #run() {
    if (this.#isBusy) return;
    const { words, back } = this.#wish;
    this.#asking = new Asking(this.#wish);
    this.#busy(true);
    this.#say('');
    try {
      await this.#upload();
      this.#leave(back);
    } catch (error) {
      this.#busy(false);
      for (const { state } of this.#chosen.values())
        if (state.textContent !== words.ready) state.textContent = '';
      this.#say(this.#asking.isStopped ? words.stopped : `${words.failed} ${error.message}`, true);
    }
  }

  /** Goes to the next page. Until it is there nothing is sent again, by a second click, and nothing comes to say that there is work. */
  #leave(to) {
    this.#isLeaving = true;
    clearTimeout(this.#late);
    location.assign(to);
  }

  async #upload() {
    const { words, send } = this.#wish;
    const files = await this.#plan([...this.#chosen.values()]);
    const progress = this.#progressOf(files);
    const summary = this.#form.elements.summary.value.trim() || words.usual.uploaded;
    const lines = [{ key: 'header', value: { summary } }];
    let small = 0;
    for (const one of files) {
      const { path, file } = one;
      if (one.large) {
        const oid = await this.#sendLarge(one, progress);
        lines.push({ key: 'lfsFile', value: { path, algo: 'sha256', oid, size: file.size } });
      } else {
        small += file.size;
        const content = base64(await this.#asking.bytesOf(file));
        lines.push({ key: 'file', value: { path, content, encoding: 'base64' } });
      }
    }
    this.#under = words.committing;
    if (!this.#part('work').hidden) this.#say(this.#under);
    const body = new Blob(lines.map((line) => `${JSON.stringify(line)}\n`));
    const type = 'application/x-ndjson';
    await progress.send(small, async (tell) => {
      // Three of four letters of what is sent are a file's.
      const onProgress = (sent) => tell(sent * 0.75);
      await this.#asking.ask('POST', send.commit, { body, type, onProgress });
    });
  }

  #progressOf(files) {
    const { words, locale } = this.#wish;
    const sum = (some) => some.reduce((total, { file }) => total + file.size, 0);
    const shown = { bar: this.#part('bar'), says: this.#part('pace'), words, locale };
    return new this.#Progress(shown, {
      reading: sum(files.filter(({ large }) => large)),
      sending: sum(files),
    });
  }

  /** How each of the files is to come; what is not to be there is left out. */
  async #plan(files) {
    const { send, words } = this.#wish;
    const plans = [];
    for (let at = 0; at < files.length; at += ASKED) {
      const asked = files.slice(at, at + ASKED).map(async ({ path, file }) => ({
        ...{ path, size: file.size, sample: base64(await this.#asking.bytesOf(file, SAMPLE)) },
      }));
      const body = JSON.stringify({ files: await Promise.all(asked) });
      plans.push(...(await this.#asking.ask('POST', send.plan, { body, type: 'application/json' })).files);
    }
    files.forEach(
      ({ state }, index) => (state.textContent = plans[index].ignored ? words.ignored : words.waits),
    );
    return files
      .map((one, index) => ({ ...one, large: plans[index].large }))
      .filter((_one, index) => !plans[index].ignored);
  }

  async #sendLarge({ file, state }, progress) {
    const { words, worker, send } = this.#wish;
    state.textContent = words.reading;
    const digest = await progress.read(
      file.size,
      async (tell) => await this.#asking.digest(file, worker, tell),
    );
    const address = `${send.object}${digest}?size=${file.size}`;
    state.textContent = words.sending;
    // Asked without bytes first: what the repository has need not come again.
    const { stored } = await this.#asking.ask('PUT', address);
    if (stored) progress.spare(file.size);
    else
      await progress.send(file.size, async (onProgress) => {
        const type = 'application/octet-stream';
        await this.#asking.ask('PUT', address, { body: file, type, onProgress });
      });
    state.textContent = words.ready;
    return digest;
  }
}

for (const form of document.querySelectorAll('[data-upload]')) void new Upload(form).begin();
