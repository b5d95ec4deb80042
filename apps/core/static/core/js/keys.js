// The keyboard: J/K and Enter in lists, "/" search, "?" help, G then a letter, Esc, and the letters a page declares.
// Single letters work outside fields only and can be switched off; nothing is only a shortcut.
(() => {
  "use strict";
  const WAIT = 1200;
  let going = 0;

  const inField = (target) => target.closest?.("input, select, textarea, [contenteditable]") !== null && !target.matches?.("[type=checkbox], [type=radio], [type=submit]");
  const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
  const current = () => document.querySelector("[data-row].is-current, [data-row][aria-selected=true]");
  const linkOf = (row) => row?.querySelector("a[href], button");

  const move = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(current());
    const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))];
    all.forEach((row) => { row.classList.remove("is-current"); if (row.hasAttribute("aria-selected")) row.setAttribute("aria-selected", "false"); });
    next.classList.add("is-current");
    if (next.hasAttribute("aria-selected")) next.setAttribute("aria-selected", "true");
    const link = linkOf(next);
    link?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    if (link?.hasAttribute("hx-get")) link.click();
  };

  // A key of a row acts on the row in hand, and on none when there is none.
  const isInReach = (item) => {
    const row = item.closest("[data-row]");
    return item.offsetParent !== null && (!row || row === (current() || document.activeElement?.closest("[data-row]")));
  };

  const press = (letter) => {
    const target = [...document.querySelectorAll("[data-key]")].find((item) => item.dataset.key.toLowerCase() === letter && isInReach(item));
    if (!target || target.disabled || target.getAttribute("aria-disabled") === "true") return false;
    target.click();
    return true;
  };

  const escape = () => {
    const open = document.querySelector("details.menu[open]");
    if (open) { open.removeAttribute("open"); open.querySelector("summary").focus(); return; }
    const cancel = document.querySelector("[data-cancel]");
    if (cancel && document.querySelector(".side-panel")) { cancel.click(); return; }
    document.activeElement?.blur();
  };

  const search = () => {
    const field = document.querySelector("main [data-search]") || document.querySelector("[data-search]");
    field?.focus();
    field?.select();
    return Boolean(field);
  };

  const letter = (key) => {
    if (going && performance.now() - going < WAIT) {
      going = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
      if (link) { link.click(); return true; }
    }
    if (key === "g") { going = performance.now(); return true; }
    if (key === "j") { move(1); return true; }
    if (key === "k") { move(-1); return true; }
    return press(key);
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") { if (!document.querySelector("dialog[open]")) escape(); return; }
    if (inField(event.target) || document.body.dataset.keys === "off" || document.querySelector("dialog[open]")) return;
    let taken = false;
    if (event.key === "/") taken = search();
    else if (event.key === "?") { document.getElementById("keys")?.showModal(); taken = true; }
    else if (/^[a-z0-9]$/i.test(event.key)) taken = letter(event.key.toLowerCase());
    if (taken) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.removeAttribute("open"); });
  });
})();
