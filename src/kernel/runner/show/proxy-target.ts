/**
 * What a Proxy stands for, found without calling any of its traps: those may answer everything, fail, or do something.
 * JavaScript has no word for it; the inspector has.
 */
import { Session, type Runtime } from "node:inspector";
import { types } from "node:util";

/** Proxies of proxies. */
const deepest = 10;

/** The value itself if it is no Proxy; undefined if it is one that was revoked. */
export function proxyTarget(value: unknown): unknown {
  if (!types.isProxy(value)) return value;
  const session = new Session();
  session.connect();
  const held: { value: unknown } = { value };
  const key = Symbol.for("manabi.proxyTarget");
  Object.defineProperty(globalThis, key, { value: held, configurable: true });
  try {
    for (let depth = 0; depth < deepest && types.isProxy(held.value); depth += 1) {
      const holder = `globalThis[Symbol.for(${JSON.stringify(key.description)})]`;
      const { result } = post(session, "Runtime.evaluate", {
        expression: `${holder}.value`,
      }) as Runtime.EvaluateReturnType;
      const { internalProperties = [] } = post(session, "Runtime.getProperties", {
        objectId: result.objectId!,
        ownProperties: true,
      }) as Runtime.GetPropertiesReturnType;
      const target = internalProperties.find(({ name }) => name === "[[Target]]")?.value;
      held.value = undefined;
      if (target?.objectId === undefined) return undefined;
      post(session, "Runtime.callFunctionOn", {
        objectId: target.objectId,
        functionDeclaration: `function () { ${holder}.value = this; }`,
      });
    }
    return held.value;
  } finally {
    Reflect.deleteProperty(globalThis, key);
    session.disconnect();
  }
}

/** A session of the thread itself answers at once. */
function post(session: Session, method: string, parameters: object): unknown {
  let answer: unknown;
  session.post(method, parameters, (error, result) => {
    if (error) throw error;
    answer = result;
  });
  return answer;
}
