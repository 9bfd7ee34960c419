import { welcome } from "./exercises/00-welcome.js";
import { functionalApi } from "./exercises/02-functional-api.js";
import { andGate } from "./exercises/01-and-gate.js";
import { mnistMlp } from "./exercises/03-mnist-mlp.js";
import { mnistCnn } from "./exercises/04-mnist-cnn.js";
import { dqn } from "./exercises/12-dqn.js";
import { fromScratch } from "./exercises/13-from-scratch.js";
import { smallGpt } from "./exercises/14-small-gpt.js";
import type { Exercise } from "./define.js";

/** All exercises, by lesson and number. A lesson's file adds its own here. */
const exercises = {
  ...welcome,
  ...andGate,
  ...functionalApi,
  ...mnistMlp,
  ...mnistCnn,
  ...dqn,
  ...fromScratch,
  ...smallGpt,
};

type Exercises = typeof exercises;
export type ExerciseId = keyof Exercises;

/** The type of each exercise's answer, by its id. */
export type Answers = { [Id in ExerciseId]: Exercises[Id] extends Exercise<infer Answer> ? Answer : never };

/** Looked at by code that knows no more of an exercise than its id. */
export const catalog = exercises as unknown as Readonly<Record<string, Exercise>>;

export const exerciseIds = Object.keys(exercises) as ExerciseId[];

/** The exercises of a lesson, by its number: `"03"`. */
export const exercisesOf = (lesson: string): ExerciseId[] =>
  exerciseIds.filter((id) => id.startsWith(`${lesson}.`));
