import { assignData, nativeBackend, type TensorInfo } from "../tfjs/backend.js";
import type { Variable } from "@tensorflow/tfjs-node";
import { nativeBinding, noValue } from "./binding.js";
import type { ProgramVariable } from "./program-graph.js";

/** What the backend keeps for a variable whose newest value is in a session: the native tensor is made on demand. */
class FetchedOnDemand implements TensorInfo {
  readonly values = null;
  /** Raised by each variable or tensor that takes this as its value. */
  refCount = 0;
  handle: number | undefined;

  constructor(
    readonly shape: number[],
    readonly dtype: number,
    readonly fetch: () => void,
  ) {}

  get id(): number {
    // Who frees it asks, too.
    if (this.handle === undefined && this.refCount > 0) this.fetch();
    return this.handle ?? -1;
  }
}

/** A variable's place in a session, and how it relates to the variable that JavaScript sees. */
class Resident {
  /** The `dataId` whose value the session holds; undefined before the first run. */
  dataId: object | undefined;
  /** Set once the session has changed the variable. */
  info: FetchedOnDemand | undefined;

  constructor(readonly place: ProgramVariable) {}

  get variable(): Variable {
    return this.place.recorded.variable;
  }

  /** Whether the step changes it. */
  get changes(): boolean {
    return this.place.recorded.update !== undefined;
  }

  /** The session has a newer value than any native tensor. */
  get stale(): boolean {
    return this.info !== undefined && this.info.handle === undefined;
  }

  /**
   * Whether somebody needs the value that only the session has.
   *
   * @param others how many have it besides the variable that may lose it
   */
  isWanted(others = 0): boolean {
    return this.stale && this.info!.refCount > others + (this.variable.dataId === this.dataId ? 1 : 0);
  }
}

/** What a variable held when a step began. */
export interface Beginning {
  dataId: object;
  /** The native tensor. */
  handle(): number;
}

/**
 * The variables of a session: brings in what JavaScript assigns, and fetches what the session has computed when somebody
 * looks.
 */
export class Residents {
  readonly #backend = nativeBackend();
  // Not what may listen in its place when a value is fetched.
  readonly #binding = nativeBinding();
  readonly #all: Resident[];

  /** @param allAssigned the tensor that is there once all of them were assigned */
  constructor(
    private readonly session: number,
    variables: ProgramVariable[],
    private readonly allAssigned: string,
  ) {
    this.#all = variables.map((variable) => new Resident(variable));
  }

  /**
   * Brings in what JavaScript assigned since the last run, and fetches what the next run may change while somebody, such as
   * a clone of a variable, must keep its value.
   *
   * @param others how many hold the variables' values without a need of them later
   */
  carryIn(begin: (variable: Variable) => Beginning, others = 0): void {
    this.#assign(begin);
    if (this.#all.some((one) => one.isWanted(others))) this.fetch();
  }

  #assign(begin: (variable: Variable) => Beginning): void {
    const newer = this.#all.flatMap((resident) => {
      const { dataId, handle } = begin(resident.variable);
      return dataId === resident.dataId ? [] : [{ resident, dataId, handle }];
    });
    if (newer.length === 0) return;
    if (newer.some(({ resident }) => resident.isWanted())) this.fetch();
    const assigned =
      newer.length === this.#all.length
        ? this.allAssigned
        : newer.map(({ resident }) => resident.place.assigned).join(",");
    const done = this.#binding.runSavedModel(
      this.session,
      newer.map(({ handle }) => handle()),
      newer.map(({ resident }) => resident.place.value).join(","),
      assigned,
    );
    for (const output of done) this.#binding.deleteTensor(output.id);
    for (const { resident, dataId } of newer) {
      resident.dataId = dataId;
      resident.info = undefined;
    }
  }

  /** Makes native tensors of the values that only the session has. */
  fetch(): void {
    const stale = this.#all.filter((one) => one.stale && one.info!.refCount > 0);
    if (stale.length === 0) return;
    const names = stale.map(({ place }) => place.read).join(",");
    const fetched = this.#binding.runSavedModel(this.session, [], "", names);
    stale.forEach((one, i) => (one.info!.handle = fetched[i]!.id));
  }

  /** The session has changed the variables: gives each a `dataId` whose value is fetched when JavaScript looks. */
  markStale(): void {
    for (const resident of this.#all) {
      if (!resident.changes || resident.stale) continue;
      const { variable } = resident;
      const info = this.#fetchedOnDemand(resident);
      const dataId = {};
      this.#backend.tensorMap.set(dataId, info);
      assignData(variable, dataId);
      resident.dataId = dataId;
      resident.info = info;
    }
  }

  /** The session has changed the variables, and JavaScript has assigned tensors without values to them. */
  adopt(): void {
    const { tensorMap } = this.#backend;
    for (const resident of this.#all) {
      if (!resident.changes) continue;
      const { dataId } = resident.variable;
      const given = tensorMap.get(dataId);
      // Done before, by code that was ended later.
      if (given === resident.info && resident.stale) continue;
      resident.dataId = undefined;
      resident.info = undefined;
      // Otherwise JavaScript has assigned something of its own in the end.
      if (given instanceof FetchedOnDemand || given.id > noValue) continue;
      const info = this.#fetchedOnDemand(resident);
      info.refCount = given.refCount;
      resident.dataId = dataId;
      resident.info = info;
      tensorMap.set(dataId, info);
      // The map counts what is set.
      tensorMap.dataIdsCount--;
    }
  }

  #fetchedOnDemand({ place, variable }: Resident): FetchedOnDemand {
    return new FetchedOnDemand(variable.shape, place.recorded.dtype, () => this.fetch());
  }
}
