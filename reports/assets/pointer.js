/** Mouse: drag selects what to zoom into. Finger: drag moves, two fingers pinch, a tap tells. */
export function bindPointer(view, readout, tracks) {
  const pointers = new Map();
  let drag = null;

  const trackOf = (event) =>
    event.target.closest?.('.lanes')?.querySelector('.track') && (event.target.closest('.track') ?? nearest(event));
  const nearest = (event) => event.target.closest('.lane')?.querySelector('.track') ?? null;

  function selection(lanes) {
    const element = document.createElement('div');
    element.className = 'selection';
    lanes.append(element);
    return element;
  }

  function down(event) {
    const track = trackOf(event);
    if (!track || event.button > 0 || !tracks().includes(track)) return;
    pointers.set(event.pointerId, event.clientX);
    if (pointers.size === 2) {
      drag = { pinch: true, spread: spread() };
      return;
    }
    const lanes = track.closest('.lanes');
    drag = {
      track,
      lanes,
      startX: event.clientX,
      lastX: event.clientX,
      from: view.at(track, event.clientX),
      mouse: event.pointerType === 'mouse',
      box: null,
    };
    track.setPointerCapture(event.pointerId);
  }

  const spread = () => {
    const [a, b] = [...pointers.values()];
    return Math.max(10, Math.abs(a - b));
  };

  function move(event) {
    const track = trackOf(event);
    if (drag === null) {
      if (track && tracks().includes(track) && event.pointerType === 'mouse') readout.show(track, view.at(track, event.clientX));
      return;
    }
    if (pointers.has(event.pointerId)) pointers.set(event.pointerId, event.clientX);
    if (drag.pinch) return pinch();
    if (Math.abs(event.clientX - drag.startX) < 4 && drag.box === null) return;
    readout.hide();
    if (drag.mouse) brush(event.clientX);
    else slide(event.clientX);
  }

  function pinch() {
    if (pointers.size < 2) return;
    const now = spread();
    view.zoom(now / drag.spread);
    drag.spread = now;
  }

  function slide(x) {
    view.pan((drag.lastX - x) / drag.track.getBoundingClientRect().width);
    drag.lastX = x;
    drag.moved = true;
  }

  function brush(x) {
    drag.box ??= selection(drag.lanes);
    const base = drag.lanes.getBoundingClientRect().left;
    const area = drag.track.getBoundingClientRect();
    const [a, b] = [drag.startX, Math.min(Math.max(x, area.left), area.right)].toSorted((one, two) => one - two);
    drag.box.style.left = `${a - base}px`;
    drag.box.style.width = `${b - a}px`;
    drag.to = view.at(drag.track, Math.min(Math.max(x, area.left), area.right));
  }

  function up(event) {
    pointers.delete(event.pointerId);
    const ended = drag;
    if (pointers.size === 0) drag = null;
    if (ended === null || ended.pinch) return;
    if (ended.box !== null) {
      ended.box.remove();
      view.show(Math.min(ended.from, ended.to), Math.max(ended.from, ended.to));
    } else if (!ended.moved) readout.show(ended.track, view.at(ended.track, event.clientX));
  }

  function cancel(event) {
    pointers.delete(event.pointerId);
    drag?.box?.remove();
    drag = null;
  }

  for (const lanes of document.querySelectorAll('.lanes')) {
    lanes.addEventListener('pointerdown', down);
    lanes.addEventListener('pointermove', move);
    lanes.addEventListener('pointerup', up);
    lanes.addEventListener('pointercancel', cancel);
    lanes.addEventListener('pointerleave', (event) => event.pointerType === 'mouse' && drag === null && readout.hide());
    // A plain wheel scrolls the page; with Ctrl (which is also what a pinch on a touchpad sends), or once the lanes have the focus, it zooms.
    lanes.addEventListener(
      'wheel',
      (event) => {
        const track = trackOf(event);
        if (!track || !(event.ctrlKey || event.metaKey || lanes === document.activeElement)) return;
        event.preventDefault();
        if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) view.pan(event.deltaX / 800);
        else view.zoom(Math.exp(-event.deltaY / 300), view.at(track, event.clientX));
      },
      { passive: false },
    );
  }
}

/** The strip of the whole run: a click or a drag brings that stretch into view. */
export function bindOverview(view, data) {
  const whole = document.querySelector('.whole');
  const centre = (event) => {
    const box = whole.getBoundingClientRect();
    const at = data.start + ((event.clientX - box.left) / box.width) * (data.end - data.start);
    const half = (view.view.to - view.view.from) / 2;
    view.show(at - half, at + half);
  };
  whole.addEventListener('pointerdown', (event) => {
    whole.setPointerCapture(event.pointerId);
    event.stopPropagation();
    centre(event);
  });
  whole.addEventListener('pointermove', (event) => whole.hasPointerCapture(event.pointerId) && centre(event));
}
