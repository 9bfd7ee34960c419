/** Exercises that check themselves, and what lessons play with. */
export { check, exercise, hint, solution, todo } from "./commands.js";
export type { Answers, ExerciseId } from "./catalog.js";
export { gradeOf, gradesJunit, gradesTable, hasPassed, type Grade } from "./grade.js";
export { readProgress, type Progress } from "./progress.js";
export { animateCartPole } from "./cart-pole-film.js";
export { CartPole, type CartPoleAction, type CartPoleState, type CartPoleStep } from "./cart-pole.js";
export { lessonProgress } from "./lesson-progress.js";
