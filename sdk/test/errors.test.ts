import assert from "node:assert/strict";
import { test } from "node:test";
import * as arkor from "../src/index.ts";

test("15.9: an error is told by its name and its code", () => {
  const errors: [arkor.ArkorError, string, string][] = [
    [new arkor.CloudApiError(404, "m"), "CloudApiError", "not_found"],
    [new arkor.CloudApiError(404, "m", { code: "project_not_found" }), "CloudApiError", "project_not_found"],
    [new arkor.ResponseShapeError("m"), "ResponseShapeError", "unexpected_response"],
    [new arkor.UnsupportedModelError("m"), "UnsupportedModelError", "unsupported_model"],
    [new arkor.DatasetError("dataset_changed", "m"), "DatasetError", "dataset_changed"],
    [new arkor.AuthError("auth_failed", "m"), "AuthError", "auth_failed"],
    [new arkor.AnonymousTokenRejectedError(403, "m"), "AnonymousTokenRejectedError", "anonymous_rejected"],
    [new arkor.ProjectStateMismatchError("m"), "ProjectStateMismatchError", "project_state_mismatch"],
    [new arkor.ProjectStateMissingError("m"), "ProjectStateMissingError", "project_state_missing"],
    [new arkor.StreamError("m"), "StreamError", "stream_failed"],
    [new arkor.EntryError("entry_not_found", "m"), "EntryError", "entry_not_found"],
  ];
  for (const [error, name, code] of errors) {
    assert.ok(error instanceof arkor.ArkorError && error instanceof Error);
    assert.deepEqual([error.name, error.code, error.message], [name, code, "m"]);
    assert.match(error.stack ?? "", new RegExp(`^${name}: m\\n`));
    assert.deepEqual(["hint" in error, "cause" in error], [false, false]);
  }
  const cause = new Error("why");
  const told = new arkor.StreamError("m", { hint: "do this", cause });
  assert.deepEqual([told.hint, told.cause], ["do this", cause]);
  const { status, code } = new arkor.CloudApiError(599, "m");
  assert.deepEqual([status, code], [599, "server_error"]);
});
