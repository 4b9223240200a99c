/** What is under the cursor, told in words beside it, with a line through all lanes. */
export function createReadout(data, tracks, view) {
  const box = document.createElement('div');
  box.className = 'readout';
  box.id = 'readout';
  box.setAttribute('role', 'status');
  box.hidden = true;
  document.body.append(box);
  const cursors = [...document.querySelectorAll('.lanes')].map((lanes) => {
    const line = document.createElement('div');
    line.className = 'cursor';
    line.hidden = true;
    lanes.append(line);
    return { lanes, line };
  });

  const sign = (at) => `${at < 0 ? '−' : '+'}${Math.abs(at).toFixed(2)} s`;

  /** Marks near the cursor come first: they are smaller than a finger. Then the span that it lies in. */
  function itemsAt(index, at, reach) {
    const items = data.tracks[index] ?? [];
    const marks = items.filter(([from, to]) => from === to && Math.abs(from - at) <= reach);
    const spans = items.filter(([from, to]) => from !== to && from <= at && at < to);
    return [...marks.slice(0, 4), ...spans.slice(0, 1)];
  }

  function paragraph([from, to, text]) {
    const line = document.createElement('p');
    const when = document.createElement('b');
    when.textContent = from === to ? sign(from) : `${sign(from)} … ${sign(to)} (${(to - from).toFixed(2)} s)`;
    line.append(when, ` ${text}`);
    return line;
  }

  function hide() {
    box.hidden = true;
    for (const { line } of cursors) line.hidden = true;
  }

  /** Shows the readout of a track at an instant. */
  function show(track, at) {
    const widthPx = track.getBoundingClientRect().width;
    const x = ((at - view.view.from) / (view.view.to - view.view.from)) * widthPx;
    if (x < -0.5 || x > widthPx + 0.5) return hide();
    for (const { lanes, line } of cursors) {
      line.hidden = false;
      line.style.left = `${lanes.querySelector('.track').getBoundingClientRect().left - lanes.getBoundingClientRect().left + x}px`;
    }
    const found = itemsAt(tracks().indexOf(track), at, (6 / widthPx) * (view.view.to - view.view.from));
    const head = document.createElement('p');
    head.textContent = `at ${sign(at)}`;
    box.replaceChildren(...(found.length === 0 ? [head] : found.map(paragraph)));
    box.hidden = false;
    place(track, x);
  }

  function place(track, x) {
    const at = track.getBoundingClientRect();
    const own = box.getBoundingClientRect();
    const left = at.left + x + 14 + own.width > innerWidth - 8 ? at.left + x - 14 - own.width : at.left + x + 14;
    const below = at.bottom + 8 + own.height < innerHeight;
    box.style.left = `${Math.max(8, Math.min(left, innerWidth - own.width - 8))}px`;
    box.style.top = `${below ? at.bottom + 8 : Math.max(8, at.top - own.height - 8)}px`;
  }

  return { show, hide };
}
