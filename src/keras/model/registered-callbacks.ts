import { layers } from "../../tfjs/native.js";

type Register = typeof layers.registerCallbackConstructor;

const registered: Parameters<Register>[] = [];

/** TensorFlow.js keeps to itself what `tf.registerCallbackConstructor` gets, which our loop over epochs needs, too. */
export function rememberRegisteredCallbacks(): void {
  const { registerCallbackConstructor } = layers;
  layers.registerCallbackConstructor = (level, constructor) => {
    registerCallbackConstructor(level, constructor);
    registered.push([level, constructor]);
  };
}

/** New callbacks of the kinds that were registered for this `verbose` or less. */
export function createRegisteredCallbacks(verbose: number): InstanceType<Parameters<Register>[1]>[] {
  return registered.filter(([level]) => level <= verbose).map(([, Constructor]) => new Constructor());
}
