import assert from "node:assert/strict";
import { test } from "node:test";

import { hrefOf, parseRoute, type Route } from "../src/router/route.ts";
import { tabs } from "../src/shell/tabs.ts";

test("U3: addresses and their views", () => {
  const overview = { view: "overview" };
  const jobs = { view: "jobs", query: {} };
  const cases: [string, object][] = [
    ["", overview],
    ["#", overview],
    ["#/", overview],
    ["#/jobs", jobs],
    ["jobs", jobs],
    ["#jobs/", jobs],
    ["#/jobs///?q=a", { view: "jobs", query: { q: "a" } }],
    ["#/jobs/j_1", { view: "job", id: "j_1" }],
    ["#/jobs/j_1/", { view: "job", id: "j_1" }],
    ["#/jobs/j_1/more", overview],
    ["#/compare?jobs=a,b,a,", { view: "compare", ids: ["a", "b"] }],
    ["#/playground", { view: "playground", adapter: null, step: null }],
    ["#/playground/?adapter=j&step=20", { view: "playground", adapter: "j", step: 20 }],
    ["#/playground?adapter=j&step=2.5", { view: "playground", adapter: "j", step: null }],
    ["#/endpoints", { view: "endpoints" }],
    ["#/endpoints/e", { view: "endpoint", id: "e" }],
    ["#/nowhere", overview],
  ];
  for (const [hash, want] of cases) assert.deepEqual(JSON.parse(JSON.stringify(parseRoute(hash))), want, hash);
});

test("U4: a blank adapter is absent, other parameters are ignored, malformed escapes show the overview", () => {
  assert.deepEqual(parseRoute("#/playground?adapter=%20&step=3&x=y"), { view: "playground", adapter: null, step: null });
  for (const hash of ["#/jobs/%", "#/jobs/%E0%A4%A", "#/endpoints/%zz"]) assert.equal(parseRoute(hash).view, "overview", hash);
  assert.deepEqual(parseRoute("#/jobs/100%25"), { view: "job", id: "100%" });
});

test("U4: ids are encoded in links and decoded once", () => {
  for (const id of ["a/b", "a b", "Ünï", "%2F", "?x=1", "#", "<img>"]) {
    for (const route of [{ view: "job", id }, { view: "endpoint", id }] satisfies Route[]) {
      assert.deepEqual(parseRoute(hrefOf(route)), route, id);
    }
  }
  const compare: Route = { view: "compare", ids: ["a b", "c&d"] };
  assert.deepEqual(parseRoute(hrefOf(compare)), compare);
  assert.equal(hrefOf({ view: "jobs", query: { q: "", status: "failed" } }), "#/jobs?status=failed");
});

test("names of the language are no surprise in a query", () => {
  const route = parseRoute("#/jobs?__proto__=x&constructor=y&q=z&q=second");
  assert.ok(route.view === "jobs");
  assert.equal(route.query["q"], "z");
  assert.equal(route.query["constructor"], "y");
  assert.equal(({} as Record<string, unknown>)["x"], undefined);
});

test("U1, U2: every view belongs to one of four tabs, single jobs and endpoints to their lists", () => {
  assert.deepEqual(tabs.map((tab) => [tab.name, hrefOf(tab.route)]), [["Overview", "#/"], ["Jobs", "#/jobs"], ["Playground", "#/playground"], ["Endpoints", "#/endpoints"]]);
  const tabOf = (hash: string): string[] => tabs.filter((tab) => tab.views.includes(parseRoute(hash).view)).map((tab) => tab.name);
  for (const [hash, name] of [["#/", "Overview"], ["#/jobs/j", "Jobs"], ["#/compare?jobs=a,b", "Jobs"], ["#/playground?adapter=j", "Playground"], ["#/endpoints/e", "Endpoints"]] as const) {
    assert.deepEqual(tabOf(hash), [name], hash);
  }
});
