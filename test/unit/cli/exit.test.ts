import fc from 'fast-check';
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { DrillError, exitCodes } from '../../../src/base/errors.ts';
import { exitCodeOf, worstExitCode } from '../../../src/cli/exit.ts';

const anyCode = fc.constantFrom(...Object.values(exitCodes));

describe('the exit code of several runs', () => {
  it('is the worst: interrupted, usage, fail, aborted, inconclusive, pass', () => {
    expect(worstExitCode([])).toBe(0);
    expect(worstExitCode([0, 0])).toBe(0);
    expect(worstExitCode([0, 3])).toBe(3);
    expect(worstExitCode([4, 3])).toBe(4);
    expect(worstExitCode([3, 1, 4, 0])).toBe(1);
    expect(worstExitCode([2, 1])).toBe(2);
    expect(worstExitCode([1, 130, 2])).toBe(130);
  });

  it('is one of those given, whatever their order, and never better than any of them', () => {
    fc.assert(
      fc.property(fc.array(anyCode, { minLength: 1 }), (codes) => {
        const worst = worstExitCode(codes);
        expect(codes).toContain(worst);
        expect(worstExitCode(codes.toReversed())).toBe(worst);
        for (const code of codes) expect(worstExitCode([code, worst])).toBe(worst);
      }),
    );
  });

  it('does not let a code that is not ours pass for a good one', () => {
    expect(worstExitCode([0, 77, 1])).toBe(77);
  });
});

describe('the exit code of what is thrown', () => {
  it('tells usage and configuration from a drill without an answer', () => {
    expect(exitCodeOf(new DrillError('no', { code: 'bad-scenario' }))).toBe(2);
    expect(exitCodeOf(new DrillError('no', { code: 'engine-unreachable' }))).toBe(2);
    expect(exitCodeOf(new DrillError('no', { code: 'image-missing' }))).toBe(2);
    expect(exitCodeOf(new DrillError('no', { code: 'disk-full' }))).toBe(4);
    expect(exitCodeOf(new DrillError('no', { code: 'provision-failed' }))).toBe(3);
    expect(exitCodeOf(new DrillError('no', { code: 'interrupted' }))).toBe(130);
    expect(exitCodeOf(new TypeError('a defect'))).toBe(3);
  });

  it('is 0 for help that was asked for and 2 for a command line that cannot be read', () => {
    expect(exitCodeOf(new CommanderError(0, 'commander.helpDisplayed', ''))).toBe(0);
    expect(exitCodeOf(new CommanderError(1, 'commander.unknownCommand', 'error: unknown command'))).toBe(2);
  });
});
