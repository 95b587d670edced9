import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import process from "node:process";

/**
 * Writes a file that only its owner may read, whole or not at all. A system that
 * refuses the mode is worth a warning, not a failure.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(text);
      // What the file was created with depends on the umask.
      await file.chmod(0o600).catch((error: unknown) => {
        warn(`could not set permissions on ${path}: ${error instanceof Error ? error.message : error}`);
      });
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Says something about the user's files on stderr. */
export function warn(message: string): void {
  process.stderr.write(`arkor: warning: ${message}\n`);
}
