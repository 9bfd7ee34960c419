/** What keeps programs and can do without: it records them again when it is used. */
interface Freeable {
  dispose(): void;
}

const live = new Set<WeakRef<Freeable>>();
const gone = new FinalizationRegistry<WeakRef<Freeable>>((reference) => live.delete(reference));

/** Has `freePrograms` know a step, as long as somebody else does. */
export function keepTrack(step: Freeable): void {
  const reference = new WeakRef(step);
  live.add(reference);
  gone.register(step, reference);
}

/** Frees the programs of all models, compiled functions and optimizers, with their sessions. Variables keep their values. */
export function freePrograms(): void {
  for (const reference of live) reference.deref()?.dispose();
}
