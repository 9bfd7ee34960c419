/** Why a job cannot begin: nothing of the notebook has been run. */
export class JobError extends Error {
  override readonly name = "JobError";
}
