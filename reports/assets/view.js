/** The window onto the time axis: what is shown of the whole run, and the drawing that follows it. */
export function createView(data, tracks) {
  const shortest = 0.05;
  const view = { from: data.from, to: data.to };
  const widths = new Map();

  const percent = (at) => `${((at - data.start) / (data.end - data.start)) * 100}%`;

  function tickStep(atLeast) {
    const power = 10 ** Math.floor(Math.log10(atLeast));
    return ([1, 2, 5, 10].find((factor) => factor * power >= atLeast) ?? 10) * power;
  }

  /** Ticks at round seconds, about one every 80 px. The same rule is in src/report/view/window.ts. */
  function ticks(widthPx) {
    const step = tickStep((view.to - view.from) / Math.max(2, widthPx / 80));
    const decimals = Math.max(0, Math.min(3, -Math.floor(Math.log10(step) + 1e-9)));
    const found = [];
    // A label needs room on both sides of its tick.
    const margin = (18 / widthPx) * (view.to - view.from);
    for (let k = Math.ceil((view.from + margin) / step); k * step <= view.to - margin; k += 1) {
      const at = k * step;
      found.push({ at, label: `${at < -1e-9 ? '−' : at > 1e-9 ? '+' : ''}${Math.abs(at).toFixed(decimals)}` });
    }
    return found;
  }

  function svg(name, attributes, text) {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function drawTicks(widthPx) {
    const marks = ticks(widthPx);
    for (const group of document.querySelectorAll('.ticks')) {
      group.replaceChildren(...marks.map(({ at, label }) => svg('text', { x: percent(at), y: 13 }, label)));
    }
    for (const group of document.querySelectorAll('.grid')) {
      group.replaceChildren(...marks.map(({ at }) => svg('line', { x1: percent(at), x2: percent(at), y2: '100%' })));
    }
  }

  /** A label keeps to the part of its span that is in view, and goes where it has no room. */
  function drawLabels(widthPx) {
    const perSecond = widthPx / (view.to - view.from);
    for (const label of document.querySelectorAll('.label')) {
      const from = Number(label.dataset.from);
      const to = Number(label.dataset.to);
      const text = label.firstElementChild;
      const room = (Math.min(to, view.to) - Math.max(from, view.from)) * perSecond;
      widths.set(label, widths.get(label) ?? text.getComputedTextLength());
      label.classList.toggle('tight', room < widths.get(label) + 8);
      text.setAttribute('x', `${(Math.max(0, view.from - from) / (to - from)) * 100}%`);
    }
  }

  function draw() {
    const widthPx = tracks()[0].getBoundingClientRect().width;
    const shown = view.to - view.from;
    for (const pan of document.querySelectorAll('.pan')) {
      pan.setAttribute('x', `${(-(view.from - data.start) / shown) * 100}%`);
      pan.setAttribute('width', `${((data.end - data.start) / shown) * 100}%`);
    }
    const frame = document.querySelector('.whole-window');
    frame.setAttribute('x', percent(view.from));
    frame.setAttribute('width', `${(shown / (data.end - data.start)) * 100}%`);
    drawTicks(widthPx);
    drawLabels(widthPx);
  }

  /** Shows from…to, kept inside the run and no shorter than 50 ms. */
  function show(from, to) {
    const length = Math.min(data.end - data.start, Math.max(shortest, to - from));
    const middle = length === to - from ? from : (from + to - length) / 2;
    const start = Math.min(Math.max(data.start, middle), data.end - length);
    view.from = start;
    view.to = start + length;
    draw();
    document.dispatchEvent(new CustomEvent('view'));
  }

  return {
    view,
    draw,
    show,
    focus: () => show(data.from, data.to),
    all: () => show(data.start, data.end),
    pan: (share) => show(view.from + (view.to - view.from) * share, view.to + (view.to - view.from) * share),
    /** Zooms by a factor about an instant, which stays where it is. */
    zoom(factor, about = (view.from + view.to) / 2) {
      show(about - (about - view.from) / factor, about + (view.to - about) / factor);
    },
    /** The instant under a point of a track. */
    at(track, clientX) {
      const box = track.getBoundingClientRect();
      return view.from + ((clientX - box.left) / box.width) * (view.to - view.from);
    },
  };
}
