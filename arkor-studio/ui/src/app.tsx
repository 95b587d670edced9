import { render } from "preact";

import "./styles/tokens.css";
import "./styles/base.css";
import "./parts/parts.css";
import { Api } from "./net/api.ts";
import { Link } from "./net/link.ts";
import { News } from "./net/news.ts";
import type { Identity } from "./net/shapes.ts";
import { Commands } from "./palette/commands.ts";
import { Router } from "./router/router.ts";
import { Shell } from "./shell/shell.tsx";
import { ThemeChoice } from "./shell/theme-choice.ts";
import { StudioContext, type Studio } from "./studio.ts";
import { Value } from "./value.ts";

const nowMs = 30_000;

function start(root: HTMLElement): void {
  const token = document.querySelector<HTMLMetaElement>('meta[name="arkor-studio-token"]')?.content ?? "";
  const link = new Link();
  const api = new Api(token, link, window.fetch.bind(window));
  const now = new Value(Date.now());
  setInterval(() => now.set(Date.now()), nowMs);
  const studio: Studio = { api, link, news: new News(api), router: new Router(window), theme: new ThemeChoice(window), commands: new Commands(), who: new Value<Identity | null>(null), now };
  render(
    <StudioContext.Provider value={studio}>
      <Shell />
    </StudioContext.Provider>,
    root,
  );
}

const root = document.getElementById("app");
if (root) start(root);
