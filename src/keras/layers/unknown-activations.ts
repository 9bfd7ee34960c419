import { classMap, layerFactories, prototypeOf, type MakeLayer } from "../../tfjs/internals.js";
import { patch } from "../../tfjs/patch.js";

const reason = {
  name: "known activations",
  why: "a misspelt activation is answered with how to port one from Python",
  after: ["Keras's names"],
};

/** TensorFlow.js tells of a misspelt activation how to port one from Python; this tells which there are. */
export function repairUnknownActivations(): void {
  for (const [name, make] of Object.entries(layerFactories)) {
    // Classes are among them.
    if (typeof make !== "function" || !/^[a-z]/.test(name)) continue;
    const wrap =
      (made: MakeLayer): MakeLayer =>
      (...settings) => {
        try {
          return made(...settings);
        } catch (error) {
          if (error instanceof Error)
            error.message = error.message.replace(/^Unknown activation: (\w+)\.[^]*/, advice);
          throw error;
        }
      };
    patch(layerFactories, name, { ...reason, wrap });
  }
}

const advice = (_: string, unknown: string): string =>
  `There is no activation "${unknown}". Known are ${activations().join(", ")}.`;

function activations(): string[] {
  const activation: object = Object.getPrototypeOf(prototypeOf("relu")) as object;
  return Object.entries(classMap())
    .filter(([, [{ prototype }]]) => Object.getPrototypeOf(prototype) === activation)
    .map(([name]) => JSON.stringify(name))
    .toSorted();
}
