// What every page does by itself: focus goes to what needs it, the loss of the network is said, an idle screen locks.
(() => {
  "use strict";

  const focusWhatMatters = (root) => {
    const wanted = root.querySelector("[aria-invalid=true], [data-focus]");
    if (wanted) wanted.focus({ preventScroll: wanted.hasAttribute("data-focus") });
  };

  const panelKeepsFocus = (event) => {
    const panel = document.querySelector(".side-panel");
    if (event.key !== "Tab" || !panel) return;
    const stops = [...panel.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea")].filter((item) => !item.disabled);
    const first = stops[0];
    const last = stops[stops.length - 1];
    if (event.shiftKey && document.activeElement === first) { event.preventDefault(); last.focus(); }
    else if (!event.shiftKey && document.activeElement === last) { event.preventDefault(); first.focus(); }
  };

  const network = (there) => {
    const banner = document.getElementById("offline");
    if (banner) banner.hidden = there;
    document.querySelectorAll("[data-signing] button[type=submit]").forEach((button) => { button.disabled = !there; });
  };

  const watchIdle = () => {
    const limit = Number(document.body.dataset.idleSeconds || 0) * 1000;
    const form = document.querySelector("form[data-idle-lock]") || document.querySelector(".band-lock")?.form;
    if (!limit || !form) return;
    let last = Date.now();
    const seen = () => { last = Date.now(); };
    ["pointerdown", "keydown", "scroll"].forEach((kind) => document.addEventListener(kind, seen, { passive: true, capture: true }));
    setInterval(() => { if (Date.now() - last > limit) { last = Date.now(); form.requestSubmit(); } }, 5000);
  };

  const sendFilter = (event) => {
    const select = event.target.closest?.("[data-filters] select");
    if (select) select.form.requestSubmit();
  };

  // A tablet's portrait rail starts folded; on the wide screen it is always open.
  const foldRail = () => {
    const narrow = matchMedia("(max-width: 1023px)");
    const set = () => document.querySelectorAll("details.rail-fold").forEach((rail) => { rail.open = !narrow.matches; });
    set();
    narrow.addEventListener("change", set);
  };

  // The step in hand is in view in a long rail; only the rail scrolls, never the page.
  const showCurrentStep = () => {
    const rail = document.querySelector(".step-rail");
    const here = rail?.querySelector("[aria-current=step]");
    if (!here || rail.scrollHeight <= rail.clientHeight) return;
    const away = here.getBoundingClientRect().top - rail.getBoundingClientRect().top;
    if (away < 0 || away + here.offsetHeight > rail.clientHeight) rail.scrollTop += away - rail.clientHeight / 3;
  };

  document.addEventListener("keydown", panelKeepsFocus);
  document.addEventListener("change", sendFilter);
  addEventListener("online", () => network(true));
  addEventListener("offline", () => network(false));
  document.addEventListener("htmx:sendError", () => network(false));
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) network(true); });
  document.addEventListener("htmx:afterSwap", (event) => focusWhatMatters(event.detail.target));
  document.addEventListener("htmx:oobAfterSwap", showCurrentStep);
  focusWhatMatters(document);
  foldRail();
  showCurrentStep();
  watchIdle();
  if (!navigator.onLine) network(false);
})();
