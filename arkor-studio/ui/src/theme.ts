// Runs before the first paint, so that a chosen scheme shows without a flash.

const key = "arkor-studio-theme";

function chosen(): "light" | "dark" {
  try {
    const stored = localStorage.getItem(key);
    if (stored === "light" || stored === "dark") return stored;
    if (matchMedia("(prefers-color-scheme: dark)").matches) return "dark";
  } catch {
    // Storage may be forbidden; the page works without it.
  }
  return "light";
}

document.documentElement.dataset["theme"] = chosen();
