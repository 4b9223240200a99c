// Run in a page: the texts whose contrast against what lies behind them is below 4.5, or 3 where they are large (WCAG 1.4.3).
(() => {
  const parse = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const linear = (value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  function contrast(one, two) {
    const [light, dark] = [luminance(one), luminance(two)].toSorted((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  }
  function ground(element) {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if ((colour[3] ?? 1) > 0.5) return colour;
    }
    return [255, 255, 255];
  }

  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.textContent.trim() === '' || element.closest('svg, script, style, .visually-hidden') !== null) continue;
    const style = getComputedStyle(element);
    const found = contrast(parse(style.color), ground(element));
    if (found < (Number.parseFloat(style.fontSize) >= 24 ? 3 : 4.5))
      faint.push(`${found.toFixed(2)}: ${node.textContent.trim().slice(0, 40)}`);
  }

  // Labels inside lanes and bars, against the colour that their span is filled with.
  const root = getComputedStyle(document.documentElement);
  const hex = (name) =>
    (
      root
        .getPropertyValue(name)
        .trim()
        .match(/[0-9a-f]{2}/gi) ?? []
    ).map((two) => Number.parseInt(two, 16));
  const pairs = {
    primary: 'primary-ink',
    replica: 'replica-ink',
    down: 'down-ink',
    up: 'up-ink',
    fault: 'fault-ink',
    phase: 'ink',
    unseen: 'ink',
    indeterminate: 'ink',
    accepted: 'ink',
  };
  for (const [fill, ink] of Object.entries(pairs)) {
    const found = contrast(hex(`--${ink}`), hex(`--${fill}`));
    if (!(found >= 4.5)) faint.push(`${found.toFixed(2)}: --${ink} on --${fill}`);
  }
  return faint;
})();
