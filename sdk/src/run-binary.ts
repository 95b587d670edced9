import { spawn } from "node:child_process";
// The global timers of some runtimes are plain numbers.
import { clearTimeout, setTimeout } from "node:timers";

/** Programs of ours print less. */
const maxOutputLength = 1024 * 1024;
const maxLineLength = 64 * 1024;

export interface BinaryRun {
  readonly path: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly timeoutMs: number;
  /** Gets the lines that the program writes for people. */
  readonly stderr: (line: string) => void;
}

export type BinaryOutcome =
  | { readonly kind: "done"; readonly stdout: string }
  /** `message` and `hint` are what the program said last, without its name. */
  | { readonly kind: "failed"; readonly message: string; readonly hint: string | undefined }
  | { readonly kind: "missing" };

/** How our commands begin the line that says why they failed. */
const errorLine = /^arkor[\w-]*(?: [\w-]+)*: /;

/**
 * Runs one of our executables without a shell, its stdin closed. Lines it writes
 * to stderr go on at once, but for its error and hint: whoever reports the
 * failure prints those.
 */
export function runBinary(run: BinaryRun): Promise<BinaryOutcome> {
  return new Promise((resolve) => {
    const child = spawn(run.path, run.args, {
      cwd: run.cwd,
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    /** Why we ended the program, if we did. */
    let ended: string | undefined;
    const end = (why: string): void => {
      ended ??= why;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(() => end(`no answer within ${run.timeoutMs / 1000} s`), run.timeoutMs);
    // The program's last error and hint lines, and its last other line.
    let error: string | undefined;
    let hint: string | undefined;
    let remark: string | undefined;
    let stdout = "";
    let pending = "";
    const onLine = (line: string): void => {
      if (line === "") return;
      if (line.startsWith("hint: ")) {
        hint = line;
      } else if (errorLine.test(line)) {
        if (error !== undefined) run.stderr(error);
        error = line;
      } else {
        remark = line;
        run.stderr(line);
      }
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (stdout.length <= maxOutputLength) stdout += text;
      if (stdout.length > maxOutputLength) end(`it printed more than ${maxOutputLength} characters`);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      const lines = (pending + text).split(/\r?\n/);
      pending = lines.pop() ?? "";
      lines.forEach(onLine);
      if (pending.length <= maxLineLength) return;
      onLine(pending);
      pending = "";
    });
    child.on("error", (failure: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      if (failure.code === "ENOENT") resolve({ kind: "missing" });
      else resolve({ kind: "failed", message: failure.message, hint: undefined });
    });
    // A daemon that the program left behind may hold the other ends of the pipes.
    child.on("exit", () => {
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, 1000).unref();
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      onLine(pending);
      if (code === 0 && stdout.length <= maxOutputLength) {
        if (error !== undefined) run.stderr(error);
        if (hint !== undefined) run.stderr(hint);
        return resolve({ kind: "done", stdout });
      }
      const how = signal === null ? `exit status ${code}` : `killed by ${signal}`;
      const said = error?.replace(errorLine, "") ?? remark ?? how;
      resolve({ kind: "failed", message: ended ?? said, hint: hint?.slice("hint: ".length) });
    });
  });
}
