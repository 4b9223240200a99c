import type { Progress } from '../../drill/api.ts';

/** Shows a running drill to whoever watches. */
export interface View {
  progress(progress: Progress): void;
  /** A word to the user, such as what Ctrl-C will do now. */
  notice(text: string): void;
  close(): void;
}
