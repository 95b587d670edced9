import assert from "node:assert/strict";
import { test } from "node:test";

import { Router, type Browser } from "../src/router/router.ts";

/** A window with a history, as far as the router sees it. */
class FakeBrowser implements Browser {
  entries: { hash: string; state: unknown }[];
  at = 0;
  moves: number[] = [];
  #listeners: (() => void)[] = [];
  leaving: ((event: { preventDefault(): void }) => void)[] = [];

  constructor(hash: string) {
    this.entries = [{ hash, state: null }];
  }

  get #entry(): { hash: string; state: unknown } {
    const entry = this.entries[this.at];
    assert.ok(entry);
    return entry;
  }

  readonly location = ((browser: FakeBrowser) => ({
    get hash(): string {
      return browser.#entry.hash;
    },
    set hash(hash: string) {
      browser.click(hash);
    },
    replace(hash: string): void {
      browser.entries[browser.at] = { hash, state: null };
      browser.#tell();
    },
    reload(): void {},
  }))(this);

  readonly history = ((browser: FakeBrowser) => ({
    get state(): unknown {
      return browser.#entry.state;
    },
    replaceState(state: unknown): void {
      browser.#entry.state = state;
    },
    go(delta: number): void {
      browser.moves.push(delta);
      browser.move(delta);
    },
  }))(this);

  addEventListener(type: string, listener: never): void {
    if (type === "hashchange") this.#listeners.push(listener);
    else this.leaving.push(listener);
  }

  /** A link: what was ahead is gone. */
  click(hash: string): void {
    this.entries = [...this.entries.slice(0, this.at + 1), { hash, state: null }];
    this.at++;
    this.#tell();
  }

  /** Back, forward. */
  move(delta: number): void {
    const to = this.at + delta;
    assert.ok(to >= 0 && to < this.entries.length, "left the document");
    this.at = to;
    this.#tell();
  }

  /** Browsers tell of an address some time after it has changed. */
  late: (() => void)[] | null = null;

  #tell(): void {
    if (this.late !== null) return void this.late.push(...this.#listeners);
    for (const listener of this.#listeners) listener();
  }
}

function open(hash = "#/"): { browser: FakeBrowser; router: Router } {
  const browser = new FakeBrowser(hash);
  return { browser, router: new Router(browser) };
}

test("a link shows its view", () => {
  const { browser, router } = open();
  browser.click("#/jobs/a");
  assert.deepEqual(router.route.get(), { view: "job", id: "a" });
});

test("U5: a blocked link is rolled back with a step back, and goes on when allowed", () => {
  const { browser, router } = open("#/jobs");
  router.guard({ question: () => "Lose it?" });
  browser.click("#/endpoints");
  assert.equal(browser.location.hash, "#/jobs");
  assert.deepEqual(browser.moves, [-1]);
  assert.equal(router.route.get().view, "jobs");
  assert.equal(router.asked.get()?.question, "Lose it?");
  router.asked.get()?.leave();
  assert.equal(browser.location.hash, "#/endpoints");
  assert.equal(router.route.get().view, "endpoints");
  assert.equal(router.asked.get(), null);
});

test("U5: a blocked Back is rolled back with a step forward, without a second question", () => {
  const { browser, router } = open("#/jobs");
  browser.click("#/endpoints");
  let asked = 0;
  router.guard({ question: () => (asked++, "Lose it?") });
  browser.move(-1);
  assert.equal(browser.location.hash, "#/endpoints");
  assert.deepEqual(browser.moves, [1]);
  assert.equal(asked, 1);
  router.asked.get()?.stay();
  assert.equal(router.route.get().view, "endpoints");
});

test("U5: a jump over several entries is rolled back over as many", () => {
  const { browser, router } = open("#/");
  browser.click("#/jobs");
  browser.click("#/endpoints");
  router.guard({ question: () => "Lose it?" });
  browser.move(-2);
  assert.deepEqual(browser.moves, [2]);
  assert.equal(router.route.get().view, "endpoints");
});

test("U5: after a question each step is decided anew", () => {
  const { browser, router } = open("#/");
  browser.click("#/jobs");
  router.guard({ question: () => "Lose it?" });
  browser.click("#/endpoints");
  router.asked.get()?.stay();
  browser.move(-1);
  assert.deepEqual(browser.moves, [-1, 1]);
  assert.equal(browser.location.hash, "#/jobs");
});

test("U5: an entry of the same number is no step that could be taken back", () => {
  const { browser, router } = open("#/jobs");
  router.guard({ question: () => "Lose it?" });
  browser.entries.push({ hash: "#/endpoints", state: { position: 0 } });
  browser.move(1);
  assert.deepEqual(browser.moves, []);
  assert.equal(router.route.get().view, "endpoints");
});

test("U5: the counter survives replacing, and a visited entry keeps its number", () => {
  const { browser, router } = open("#/jobs");
  browser.click("#/playground");
  router.replace("#/playground?adapter=a");
  assert.deepEqual(browser.history.state, { position: 1 });
  browser.move(-1);
  assert.deepEqual(browser.history.state, { position: 0 });
  browser.move(1);
  assert.deepEqual(browser.history.state, { position: 1 });
  assert.equal(router.route.get().view, "playground");
});

test("U5: a page of an earlier load goes on counting", () => {
  const browser = new FakeBrowser("#/jobs");
  browser.history.replaceState({ position: 4 });
  const router = new Router(browser);
  browser.click("#/endpoints");
  assert.deepEqual(browser.history.state, { position: 5 });
  assert.equal(router.route.get().view, "endpoints");
});

test("a guard that has nothing to lose, or is gone, asks nothing", () => {
  const { browser, router } = open("#/jobs");
  router.guard({ question: () => null });
  const free = router.guard({ question: () => "Lose it?" });
  free();
  browser.click("#/endpoints");
  assert.equal(router.route.get().view, "endpoints");
});

test("closing the tab asks while something would be lost", () => {
  const { browser, router } = open("#/jobs");
  let prevented = 0;
  const leave = (): void => browser.leaving.forEach((listener) => listener({ preventDefault: () => prevented++ }));
  leave();
  assert.equal(prevented, 0);
  router.guard({ question: () => "Lose it?" });
  leave();
  assert.equal(prevented, 1);
});

test("U6: back where there is an entry of this document, else to the list; nobody is asked", () => {
  const there = open("#/endpoints");
  there.browser.click("#/endpoints/e");
  there.router.guard({ question: () => "Lose it?" });
  there.router.backOr("#/endpoints");
  assert.deepEqual(there.browser.moves, [-1]);
  assert.equal(there.router.route.get().view, "endpoints");

  const alone = open("#/endpoints/e");
  alone.router.backOr("#/endpoints");
  assert.deepEqual(alone.browser.moves, []);
  assert.equal(alone.router.route.get().view, "endpoints");
});

test("JL8: what is typed into the address is the route at once, before the browser tells of it", () => {
  const { browser, router } = open("#/jobs");
  browser.late = [];
  for (const q of ["?", "?r"]) {
    router.replace(`#/jobs?q=${encodeURIComponent(q)}`);
    assert.deepEqual({ ...router.route.get() }, { view: "jobs", query: Object.assign(Object.create(null), { q }) });
  }
  for (const tell of browser.late.splice(0)) tell();
  const route = router.route.get();
  assert.equal(route.view === "jobs" && route.query["q"], "?r");
  assert.equal(router.asked.get(), null);
});
