import { useEffect, useState } from "react";
import { words } from "../english.ts";

const KEY = "outdial.theme";
type Theme = "light" | "dark";

function preferred(): Theme {
  const saved = localStorage.getItem(KEY);
  if (saved === "light" || saved === "dark") return saved;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Switches between light and dark; the machine's preference until the first switch. */
export function ThemeButton() {
  const [theme, setTheme] = useState<Theme>(preferred);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  const other = theme === "dark" ? "light" : "dark";
  const change = () => {
    localStorage.setItem(KEY, other);
    setTheme(other);
  };
  return (
    <button type="button" className="icon" onClick={change} title={words.frame.theme}>
      <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
        <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" strokeWidth="2" />
        <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
      </svg>
      <span className="hidden">{words.frame.theme}</span>
    </button>
  );
}
