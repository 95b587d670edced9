/**
 * Everything the package throws on its own account. Compare `code` or `name`,
 * not classes: a project may hold two copies of this package.
 *
 * Names live on the prototypes because a stack is headed by the name that is
 * visible while the constructor of Error runs.
 */

export interface ArkorErrorOptions {
  /** What to do next, one line. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** Base of all errors of this package. */
export abstract class ArkorError extends Error {
  /** A machine word that stays the same across releases. */
  abstract readonly code: string;
  /** What to do next, one line; absent where there is nothing useful to say. */
  declare readonly hint?: string;

  constructor(message: string, options: ArkorErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    if (options.hint !== undefined) this.hint = options.hint;
  }
}

export interface CloudApiErrorOptions extends ArkorErrorOptions {
  /** The `code` of the answer's body; without it the status decides. */
  readonly code?: string | undefined;
  /** How long the server asked us to stay away (`Retry-After`). */
  readonly retryAfterMs?: number | undefined;
}

/** The API answered with something other than 2xx. */
export class CloudApiError extends ArkorError {
  static {
    this.prototype.name = "CloudApiError";
  }

  readonly code: string;
  readonly status: number;
  /** How long the server asked us to stay away, if it did. */
  declare readonly retryAfterMs?: number;

  constructor(status: number, message: string, options: CloudApiErrorOptions = {}) {
    super(message, options);
    this.status = status;
    this.code = options.code ?? codeOfStatus(status);
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}

/** The code of an answer whose body names none. */
export function codeOfStatus(status: number): string {
  const known: Readonly<Record<number, string>> = {
    400: "invalid_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    410: "gone",
    413: "too_large",
    426: "upgrade_required",
    429: "rate_limited",
  };
  return known[status] ?? (status >= 500 && status <= 599 ? "server_error" : `http_${status}`);
}

/** A 2xx answer that does not have the shape of the contract. */
export class ResponseShapeError extends ArkorError {
  static {
    this.prototype.name = "ResponseShapeError";
  }

  readonly code = "unexpected_response";
}

/** The chosen backend cannot train this model, or no backend could. */
export class UnsupportedModelError extends ArkorError {
  static {
    this.prototype.name = "UnsupportedModelError";
  }

  readonly code = "unsupported_model";
}

export type DatasetErrorCode =
  | "dataset_not_found"
  | "dataset_invalid"
  | "dataset_changed"
  | "dataset_too_large"
  | "dataset_upload_unsupported"
  | "dataset_not_local"
  /** The backend looked at the run and would not train it: nothing to learn, a held-out split that leaks. */
  | "dataset_refused";

/** A local dataset cannot be used; the message names the file and the line. */
export class DatasetError extends ArkorError {
  static {
    this.prototype.name = "DatasetError";
  }

  readonly code: DatasetErrorCode;

  constructor(code: DatasetErrorCode, message: string, options?: ArkorErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type AuthErrorCode = "auth_unavailable" | "auth_failed" | "identity_changed";

/** No token could be had. Never holds the token itself. */
export class AuthError extends ArkorError {
  static {
    this.prototype.name = "AuthError";
  }

  readonly code: AuthErrorCode;

  constructor(code: AuthErrorCode, message: string, options?: ArkorErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The API makes no anonymous identity for us. */
export class AnonymousTokenRejectedError extends ArkorError {
  static {
    this.prototype.name = "AnonymousTokenRejectedError";
  }

  readonly code = "anonymous_rejected";
  /** HTTP status: 4xx where anonymous identities are not offered, 5xx for an outage. */
  readonly status: number;

  constructor(status: number, message: string, options?: ArkorErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** `.arkor/state.json` belongs to another organisation. */
export class ProjectStateMismatchError extends ArkorError {
  static {
    this.prototype.name = "ProjectStateMismatchError";
  }

  readonly code = "project_state_mismatch";
}

/** Nothing says which project to use. */
export class ProjectStateMissingError extends ArkorError {
  static {
    this.prototype.name = "ProjectStateMissingError";
  }

  readonly code = "project_state_missing";
}

/** The event stream failed more often in a row than allowed, or broke a text stream. */
export class StreamError extends ArkorError {
  static {
    this.prototype.name = "StreamError";
  }

  readonly code = "stream_failed";
}

export type EntryErrorCode = "entry_not_found" | "entry_no_trainer" | "entry_build_failed";

/** `runTrainer` cannot run the file it was given. */
export class EntryError extends ArkorError {
  static {
    this.prototype.name = "EntryError";
  }

  readonly code: EntryErrorCode;

  constructor(code: EntryErrorCode, message: string, options?: ArkorErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
