// Has a log go on by itself: lines are added as text, the last is kept in sight unless somebody reads further up, and a page that
// shows how a Space is shows it anew when that has changed.

const MOST_LINES = 5_000;

for (const log of document.querySelectorAll('[data-log]')) start(log);

function start(log) {
  const lines = log.querySelector('.lines');
  const says = log.querySelector('[data-says]');
  const nothing = log.querySelector('[data-nothing]');
  const follows = followEnd(lines, log.querySelector('[data-hold]'), says);

  function add(text) {
    const line = document.createElement('code');
    line.textContent = text;
    lines.append(line);
    if (lines.childElementCount > MOST_LINES) lines.firstElementChild.remove();
    nothing.hidden = true;
    follows.goOn();
  }

  const source = new EventSource(log.dataset.log);
  // Whoever comes, or comes back, is told the last lines once more.
  source.addEventListener('open', () => {
    lines.replaceChildren();
    follows.tell();
  });
  source.addEventListener('message', ({ data }) => add(JSON.parse(data).text));
  source.addEventListener('stage', ({ data }) => showStage(log, JSON.parse(data).stage));
  source.addEventListener('error', () => {
    says.textContent = says.dataset.ended;
  });
  offerCopy(log.querySelector('[data-take]'), lines);
}

/** Keeps the end in sight, until somebody presses the button or goes up to read. */
function followEnd(lines, hold, says) {
  let held = false;
  let isUp = false;

  function goOn() {
    if (!held) lines.scrollTop = lines.scrollHeight;
  }

  function tell() {
    hold.textContent = held ? hold.dataset.follow : hold.dataset.pause;
    says.textContent = held ? says.dataset.held : says.dataset.live;
    goOn();
  }

  function setHeld(wish) {
    held = wish;
    tell();
  }

  hold.hidden = false;
  hold.addEventListener('click', () => setHeld(!held));
  // Who comes down to the end follows again.
  lines.addEventListener('scroll', () => {
    const below = lines.scrollHeight - lines.clientHeight - lines.scrollTop;
    if (below > 40 === isUp) return;
    isUp = !isUp;
    setHeld(isUp);
  });
  goOn();
  return { goOn, tell };
}

/** A page with the app in it is another one in another stage; where only the log is, the words are enough. */
function showStage(log, stage) {
  const { stage: before } = log.dataset;
  if (before === undefined) tellStage(stage);
  else if (before !== stage) location.reload();
}

function tellStage(stage) {
  const place = document.querySelector('[data-stages]');
  if (place === null) return;
  place.textContent = JSON.parse(place.dataset.stages)[stage] ?? stage;
  const dot = document.querySelector('.state .dot');
  dot?.classList.toggle('live', stage.startsWith('RUNNING'));
  dot?.classList.toggle('wrong', stage.endsWith('ERROR'));
}

function offerCopy(button, lines) {
  if (navigator.clipboard === undefined) return;
  const { textContent: name } = button;
  button.hidden = false;
  button.addEventListener('click', () => {
    const text = [...lines.children].map((line) => line.textContent).join('\n');
    navigator.clipboard.writeText(text).then(
      () => {
        button.textContent = button.dataset.done;
        setTimeout(() => (button.textContent = name), 2_000);
      },
      () => (button.hidden = true),
    );
  });
}
