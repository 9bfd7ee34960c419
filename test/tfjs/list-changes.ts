/** Compares TensorFlow.js with what it was before our changes; run in a process of its own. */
import { core, layers, tf } from "../../src/tfjs/native.js";
import { patches } from "../../src/tfjs/patch.js";

const namespaces: Record<string, object> = {
  tf: core,
  "tf.util": core.util,
  "tf.layers": tf.layers,
  "tf.initializers": tf.initializers,
  "tf.constraints": tf.constraints,
  "tf.fused": tf.fused,
  "tfjs-layers": layers,
  "tf.losses": tf.losses,
  "tf.metrics": tf.metrics,
  "tf.train": tf.train,
  "tf.image": tf.image,
};

/** The prototypes of a class and of those that it extends. */
function prototypesOf(value: unknown): object[] {
  const found: object[] = [];
  const { prototype } = value as { prototype?: object };
  for (let one = prototype; one && one !== Object.prototype; one = Object.getPrototypeOf(one) as object)
    found.push(one);
  return found;
}

const nameOf = (owner: object): string => owner.constructor.name.replace(/\$\d+$/, "");

function owners(): Map<object, string> {
  const all = new Map<object, string>(Object.entries(namespaces).map(([name, value]) => [value, name]));
  const classes = [core, tf.layers, tf.data, layers, tf, tf.serialization].flatMap((one) =>
    Object.values(one),
  );
  const registered = Object.values(tf.serialization.SerializationMap.getMap().classNameMap).map(
    ([cls]) => cls,
  );
  for (const value of [...classes, ...registered] as unknown[]) {
    if (typeof value !== "function" || /^[a-z]/.test(value.name)) continue;
    for (const prototype of prototypesOf(value)) all.set(prototype, nameOf(prototype));
  }
  for (const object of [tf.engine(), tf.backend()]) {
    all.set(object, nameOf(object));
    all.set(Object.getPrototypeOf(object) as object, nameOf(object));
  }
  return all;
}

const memberName = (key: PropertyKey): string =>
  typeof key === "symbol" ? `[${key.description ?? ""}]` : String(key);

/** Functions and accessors: what is stored in an object changes all the time. */
function methodsOf(owner: object): Map<PropertyKey, unknown> {
  const all = Object.entries(Object.getOwnPropertyDescriptors(owner)) as [PropertyKey, PropertyDescriptor][];
  for (const key of Object.getOwnPropertySymbols(owner))
    all.push([key, Object.getOwnPropertyDescriptor(owner, key)!]);
  // oxlint-disable-next-line typescript/unbound-method -- it is compared, not called
  const methods = all.map(([key, property]) => [key, property.get ?? (property.value as unknown)] as const);
  return new Map(methods.filter(([, method]) => typeof method === "function"));
}

const before = new Map([...owners().keys()].map((owner) => [owner, methodsOf(owner)]));
const kernelNames = () => tf.getKernelsForBackend(tf.getBackend()).map(({ kernelName }) => kernelName);
const kernelOf = (name: string) => tf.getKernel(name, tf.getBackend())?.kernelFunc;
const allKernels = [
  ...new Set([...kernelNames(), ...tf.getKernelsForBackend("cpu").map(({ kernelName }) => kernelName)]),
];
const gradientOf = (name: string): unknown => tf.getGradient(name)?.gradFunc;
const kernelsBefore = new Map(allKernels.map((name) => [name, kernelOf(name)]));
const gradientsBefore = new Map(allKernels.map((name) => [name, gradientOf(name)]));

await import("../../src/index.js");

const changed: string[] = [];
for (const [owner, name] of owners()) {
  const known = before.get(owner);
  if (!known) continue;
  for (const [key, method] of methodsOf(owner))
    if (known.get(key) !== method) changed.push(`${name}.${memberName(key)}`);
}
for (const name of new Set([...allKernels, ...kernelNames()])) {
  if (kernelOf(name) !== kernelsBefore.get(name)) changed.push(`kernels.${name}`);
  if (gradientOf(name) !== gradientsBefore.get(name)) changed.push(`gradients.${name}`);
}
console.log(JSON.stringify({ patches: patches(), changed: [...new Set(changed)] }));
