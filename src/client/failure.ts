import { DatabaseError } from 'pg';
import type { Failure } from './classify.ts';

/** What pg or the socket threw, as a failure. Only PostgreSQL itself names the source routine in its errors; a pooler does not. */
export function failureOf(error: Error): Failure {
  if (error instanceof DatabaseError) {
    const { code = 'XX000', message, routine } = error;
    return { how: 'answered', code, message, byPooler: routine === undefined };
  }
  const code = (error as NodeJS.ErrnoException).code ?? 'connection-closed';
  return { how: 'lost', code, message: error.message === '' ? code : error.message };
}

/** The same failure, met by a statement of which no byte has left. */
export function unsent(failure: Failure): Failure {
  return { ...failure, how: 'unsent' };
}
