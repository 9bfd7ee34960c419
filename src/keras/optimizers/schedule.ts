/**
 * A learning rate that depends on the number of steps done, from 0.
 * Any such function will do: `optimizers.adam({ learningRate: (step) => 0.01 / (1 + step) })`.
 */
export type Schedule = (step: number) => number;

/** What the functions of this file have made. */
const definitions = new WeakMap<Schedule, { className: string; options: object }>();

/** Keras's class of a schedule and its arguments; undefined for a function of one's own. */
export const definitionOf = (schedule: Schedule): { className: string; options: object } | undefined =>
  definitions.get(schedule);

/** Has the schedules that `make` makes know what they are, for files. */
export function scheduleOf<Options extends object>(
  className: string,
  make: (options: Options) => Schedule,
): (options: Options) => Schedule {
  return (options) => {
    const schedule = make(options);
    definitions.set(schedule, { className, options: { ...options } });
    return schedule;
  };
}
