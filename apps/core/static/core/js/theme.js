// Light or dark as the device says, unless the person chose. Loaded before the first paint.
(() => {
  "use strict";
  const root = document.documentElement;
  if (!root.hasAttribute("data-theme-follows")) return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  follow();
  dark.addEventListener("change", follow);
})();
