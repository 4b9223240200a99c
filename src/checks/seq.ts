import { conclude, defineCheck, gapsOf } from 'pgdrill';
import type { CheckResult } from 'pgdrill';

export default defineCheck({
  name: 'SEQ',
  summary: 'The next value of every sequence lies past every value in use',
  method:
    'For every ascending sequence that a column owns (serial or identity), what nextval would give is compared with the largest value in the column, ' +
    'both read on the final primary without taking a value. It cannot see sequences that no column owns.',
  evaluate({ final }): CheckResult {
    const sequences = final?.sequences ?? [];
    const behind = sequences.filter(({ nextValue, maxValue }) => maxValue !== null && nextValue <= maxValue);
    return conclude({
      asked: `${sequences.length} owned sequences`,
      clean: 'each would give a value past the largest in use',
      broken: `${behind.length} would give a value that is in use or was passed`,
      offences: behind.map(({ sequence, column, nextValue, maxValue }) => ({
        what: `${sequence} would give ${nextValue}, but ${column} holds ${maxValue}`,
      })),
      missing: [
        ...(final === null ? ['the final state was not captured'] : gapsOf(final, 'sequences')),
        ...(final !== null && sequences.length === 0 && gapsOf(final, 'sequences').length === 0 ? ['no sequence was found'] : []),
      ],
    });
  },
});
