import { core, tf } from "../native.js";
import { patch } from "../patch.js";

/** `tf.einsum` of tfjs-core 4.22 takes two operands at most, as TensorFlow's operation does, and no equation without `->`. */
export function repairEinsum(): void {
  patch(core, "einsum", {
    name: "einsum",
    why: "it takes two operands at most, and no equation without ->",
    wrap:
      (einsum) =>
      (equation, ...operands) =>
        tf.tidy(() => {
          const [inputs, output, ...more] = equation.replaceAll(/\s/g, "").split("->") as [string, string?];
          const labels = inputs.split(",");
          const result = output ?? impliedOutput(inputs);
          // Says what is wrong.
          if (more.length > 0 || labels.length !== operands.length) return einsum(equation, ...operands);
          if (operands.length < 3) return einsum(`${inputs}->${result}`, ...operands);
          let [sum, sumLabels] = [operands[0]!, labels[0]!];
          for (let next = 1; next < operands.length; next++) {
            const needed = [result, ...labels.slice(next + 1)];
            const kept = isLast(next, operands) ? result : labelsWithin(sumLabels + labels[next]!, needed);
            sum = einsum(`${sumLabels},${labels[next]}->${kept}`, sum, operands[next]!);
            sumLabels = kept;
          }
          return sum;
        }),
  });
}

const isLast = (index: number, list: unknown[]): boolean => index === list.length - 1;

/** The labels of `text`, each once, that something still needs; `...` counts as one. */
function labelsWithin(text: string, needed: string[]): string {
  const labels = new Set(text.match(/\.{3}|\w/g));
  return [...labels].filter((label) => needed.some((one) => one.includes(label))).join("");
}

/** As in NumPy: what occurs once, in alphabetical order, after `...`. */
function impliedOutput(inputs: string): string {
  const letters: string[] = inputs.match(/[a-z]/gi) ?? [];
  const once = letters.filter((one) => letters.indexOf(one) === letters.lastIndexOf(one));
  return (inputs.includes("...") ? "..." : "") + once.toSorted().join("");
}
