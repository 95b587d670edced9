// How to get back to a job that goes on without us.

/** Returns the hint, or "" where the program that can is not installed. */
export function followHint(request, jobID) {
  return request.follow && jobID ? `\`${request.follow.replace("JOB", () => jobID)}\` follows it` : "";
}
