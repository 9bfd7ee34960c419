/** Signals that end a job: the cell that runs is interrupted, and what there is by then is written. */
const endings: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** What the first signal that ends jobs aborts; a second one ends this process at once. */
export interface SignalWatch {
  readonly signal: AbortSignal;
  /** The exit code after a signal. */
  code: number | undefined;
  /** Signals mean again what they usually mean. */
  release(): void;
}

export function untilSignal(): SignalWatch {
  const controller = new AbortController();
  const signals = Object.keys(endings) as NodeJS.Signals[];
  const watch: SignalWatch = {
    signal: controller.signal,
    code: undefined,
    release: () => {
      for (const signal of signals) process.off(signal, listener);
    },
  };
  const listener = (signal: NodeJS.Signals): void => {
    watch.code = endings[signal];
    process.stderr.write(
      `\n${signal}: the cell that runs is ended, and the output written. Once more ends at once.\n`,
    );
    watch.release();
    controller.abort();
  };
  for (const signal of signals) process.once(signal, listener);
  return watch;
}
