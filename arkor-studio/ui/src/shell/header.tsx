import type { JSX } from "preact";

import { Keys } from "../palette/keys.tsx";
import { Mark, Moon, Sun, System } from "../parts/icons.tsx";
import { hrefOf, type Route } from "../router/route.ts";
import { useStudio, useValue } from "../studio.ts";
import { IdentityChip } from "./identity.tsx";
import { tabs } from "./tabs.ts";
import type { Theme } from "./theme-choice.ts";

interface HeaderProps {
  readonly view: Route["view"];
  /** Goes to a view, and puts the focus on what a selector names in it. */
  readonly onVisit: (href: string, focus: string) => void;
}

export function Header({ view, onVisit }: HeaderProps) {
  const features = useValue(useStudio().who)?.features;
  return (
    <header class="top">
      <div class="top-row">
        <a class="brand" href="#/">
          <Mark />
          <span>
            Arkor <span class="quiet">Studio</span>
          </span>
        </a>
        <nav aria-label="Views">
          {tabs.filter((tab) => tab.needs === undefined || features?.[tab.needs] !== false || tab.views.includes(view)).map((tab) => (
            <a key={tab.name} href={hrefOf(tab.route)} aria-current={tab.views.includes(view) ? "page" : undefined}>
              {tab.name}
            </a>
          ))}
        </nav>
        <div class="top-end">
          <IdentityChip />
          <Keys onVisit={onVisit} />
          <ThemeToggle />
        </div>
      </div>
    </header>
  );
}

const icons: Record<Theme, () => JSX.Element> = { light: Sun, dark: Moon, system: System };

function ThemeToggle() {
  const { theme } = useStudio();
  const chosen = useValue(theme.chosen);
  const next = theme.next();
  const Icon = icons[chosen];
  const label = `Switch to ${next} theme`;
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={() => theme.choose(next)}>
      <Icon />
    </button>
  );
}
