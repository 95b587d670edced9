import { CloudApiError, codeOfStatus } from "./errors.ts";

/**
 * Says whether an error means that the backend has no such route. A 404 with a
 * code of its own is about what the request named, such as a deleted project.
 */
export function isNotOffered(error: unknown): boolean {
  if (!(error instanceof CloudApiError)) return false;
  return error.status === 405 || (error.status === 404 && error.code === codeOfStatus(404));
}

/** Resolves with undefined where the backend has no such route. */
export async function ifOffered<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotOffered(error)) return undefined;
    throw error;
  }
}
