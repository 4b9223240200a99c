import { bindOverview, bindPointer } from './pointer.js';
import { createReadout } from './readout.js';
import { createView } from './view.js';

/** Ties the parts together: buttons, keys, paper. */
const data = JSON.parse(document.getElementById('data').textContent);
// The tracks that hover tells of, in the order of the data; axes have none.
const told = [...document.querySelectorAll('.lane:not(.axis) > .track')];
const tracks = () => told;

if (told.length > 0) {
  document.body.classList.replace('no-js', 'js');
  const view = createView(data, tracks);
  const readout = createReadout(data, tracks, view);
  const steps = {
    in: () => view.zoom(2),
    out: () => view.zoom(0.5),
    left: () => view.pan(-0.4),
    right: () => view.pan(0.4),
    focus: view.focus,
    all: view.all,
  };
  for (const button of document.querySelectorAll('[data-zoom]')) button.addEventListener('click', steps[button.dataset.zoom]);
  bindPointer(view, readout, tracks);
  bindOverview(view, data);
  bindKeys(view, readout, steps);
  addEventListener('resize', view.draw);
  document.addEventListener('view', readout.hide);
  view.draw();
}

/** Arrow keys move a cursor along and across the lanes; plus, minus and 0 zoom. */
function bindKeys(view, readout, steps) {
  const lanes = document.getElementById('lanes');
  let at = null;
  let lane = 0;
  const look = () => readout.show(told[lane], at);
  const moves = {
    ArrowLeft: () => along(-0.01),
    ArrowRight: () => along(0.01),
    ArrowUp: () => across(-1),
    ArrowDown: () => across(1),
    '+': () => closer(2),
    '=': () => closer(2),
    '-': () => closer(0.5),
    0: steps.focus,
    Home: steps.all,
    Escape: readout.hide,
  };
  function along(share) {
    const shown = view.view.to - view.view.from;
    const next = (at ?? (view.view.from + view.view.to) / 2) + shown * share;
    if (next < view.view.from || next > view.view.to) view.pan(Math.sign(share) * 0.25);
    at = Math.min(Math.max(next, data.start), data.end);
    look();
  }
  function closer(factor) {
    view.zoom(factor, at ?? undefined);
    if (at !== null) look();
  }
  function across(step) {
    lane = Math.min(Math.max(0, lane + step), told.length - 1);
    at ??= (view.view.from + view.view.to) / 2;
    told[lane].scrollIntoView({ block: 'nearest' });
    look();
  }
  lanes.addEventListener('keydown', (event) => {
    const move = moves[event.key];
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move();
  });
  lanes.addEventListener('blur', readout.hide);
}

// On paper nothing can be opened: show all of it, and the stretch that matters; put it back afterwards.
let opened = [];
addEventListener('beforeprint', () => {
  opened = [...document.querySelectorAll('details:not([open])')];
  for (const details of opened) details.open = true;
});
addEventListener('afterprint', () => {
  for (const details of opened) details.open = false;
});
