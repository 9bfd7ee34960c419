import type { Settings } from "../settings.js";
import { ServingError } from "../status.js";
import type { BatchListener } from "./batcher.js";
import { Model } from "./model.js";

/** All models of a server. */
export class Registry {
  readonly #models: Map<string, Model>;
  #timer: NodeJS.Timeout | undefined;
  /** What was said of each model last, so that a lasting problem is said once. */
  readonly #said = new Map<string, string>();

  constructor(
    private readonly settings: Settings,
    listenerOf: (name: string) => BatchListener,
  ) {
    this.#models = new Map(
      Object.entries(settings.models).map(([name, options]) => [
        name,
        new Model(name, options, settings, listenerOf(name)),
      ]),
    );
  }

  get models(): Model[] {
    return [...this.#models.values()];
  }

  get isReady(): boolean {
    return this.models.every((model) => model.isReady);
  }

  /** @throws ServingError in TensorFlow Serving's words */
  find(name: string): Model {
    const model = this.#models.get(name);
    if (!model) throw new ServingError("NOT_FOUND", `Servable not found for request: Latest(${name})`);
    return model;
  }

  /** Loads all models. @throws Error if one cannot be served */
  async open(): Promise<void> {
    await Promise.all(
      this.models.map(async (model) => {
        await model.refresh();
        if (model.versions.length === 0)
          this.settings.log(
            `${model.name}: ${model.options.path} holds no model and no folder of a version (1/, 2/, ...) yet. It is looked at again.`,
          );
      }),
    );
    if (this.settings.pollMs > 0) this.#poll();
  }

  #poll(): void {
    this.#timer = setTimeout(() => void this.#look(), this.settings.pollMs).unref();
  }

  async #look(): Promise<void> {
    await Promise.all(this.models.map((model) => this.#refresh(model)));
    if (this.#timer) this.#poll();
  }

  async #refresh(model: Model): Promise<void> {
    let problem = "";
    try {
      await model.refresh();
    } catch (error) {
      problem = (error as Error).message;
    }
    if (problem !== "" && problem !== this.#said.get(model.name)) this.settings.log(problem);
    this.#said.set(model.name, problem);
  }

  async close(timeout: number): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await Promise.all(this.models.map((model) => model.close(timeout)));
  }
}
