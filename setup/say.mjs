/** What set-up tells: one line for each thing that it does. Human text goes to stderr. */
export function say(text) {
  process.stderr.write(`set-up: ${text}\n`);
}

/** A set-up that cannot go on: one clear line, and one on what the user can do. */
export class SetupError extends Error {
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}

/** Seconds with one decimal. */
export function seconds(sinceMs) {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}
