import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { workshopDir } from '../runtime/workshop.ts';
import { errorData, errorText } from './errors.ts';
import { exitCodeOf } from './exit.ts';
import { openOutput, surviveLostOutput } from './output.ts';
import { buildProgram } from './program.ts';

/**
 * The command line: runs one command and returns its exit code. Never throws, and shows a stack trace only with PGDRILL_DEBUG=1.
 * @param argv the arguments after the program's name
 */
export async function main(argv: readonly string[]): Promise<number> {
  surviveLostOutput();
  // What commands load is parsed once and for all: a third off the start of `validate`, `plan` and `list`.
  enableCompileCache(join(workshopDir(), 'compile-cache'));
  let exitCode = 0;
  const program = buildProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    const output = openOutput(argv.includes('--json'));
    if (!(error instanceof CommanderError)) {
      output.say(errorText(error));
      output.data({ error: errorData(error) });
    } else if (error.exitCode !== 0) {
      // Commander has printed its message by now; scripts get it as data too.
      output.data({ error: { code: 'bad-usage', message: error.message.replace(/^error: /, '') } });
    }
    return exitCodeOf(error);
  }
}
