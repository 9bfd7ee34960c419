import { tf } from "../../tfjs/native.js";

type MakeLayer = (...settings: unknown[]) => unknown;
type Class = abstract new () => object;

/** TensorFlow.js tells of a misspelt activation how to port one from Python; this tells which there are. */
export function repairUnknownActivations(): void {
  const factories = tf.layers as unknown as Record<string, unknown>;
  for (const [name, make] of Object.entries(factories)) {
    // Classes are among them.
    if (typeof make !== "function" || !/^[a-z]/.test(name)) continue;
    const makeLayer: MakeLayer = (...settings) => {
      try {
        return (make as MakeLayer)(...settings);
      } catch (error) {
        if (error instanceof Error)
          error.message = error.message.replace(/^Unknown activation: (\w+)\.[^]*/, advice);
        throw error;
      }
    };
    factories[name] = Object.defineProperty(makeLayer, "name", { value: make.name });
  }
}

const advice = (_: string, unknown: string): string =>
  `There is no activation "${unknown}". Known are ${activations().join(", ")}.`;

function activations(): string[] {
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  const classes = Object.entries(classNameMap) as unknown as [string, [Class, unknown]][];
  const relu = classes.find(([name]) => name === "relu");
  const activation = Object.getPrototypeOf(relu?.[1][0]) as Class;
  return classes
    .filter(([, [each]]) => each.prototype instanceof activation)
    .map(([name]) => JSON.stringify(name))
    .toSorted();
}
