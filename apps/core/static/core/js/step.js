// The page of a step: a field is recorded when it is left. What could not be sent is marked, kept and sent again.
//   <form data-record hx-trigger="left, submit">   sends itself on "left"
//   <input data-quiet>                             records nothing by itself (reasons, times of what already happened)
(() => {
  "use strict";
  const AGAIN = 8000;
  const unsent = new Set();
  let ahead = 0; // the server's clock against this device's, in ms

  const formOf = (element) => element.closest?.("form[data-record]");
  const leave = (form, input) => {
    if (input) input.dataset.sent = input.value;
    if (form.isConnected && !form.hasAttribute("data-unsent")) form.dispatchEvent(new CustomEvent("left", { bubbles: false }));
  };
  const isEntry = (input) => input.name === "text" && !input.hasAttribute("data-quiet");
  const wasScanned = (form) => form.hasAttribute("data-scan-submit") && form.querySelector('[name="entered_by"]')?.value === "scan";

  document.addEventListener("change", (event) => {
    const form = formOf(event.target);
    if (form && event.target.matches("select") && isEntry(event.target)) leave(form, event.target);
  });
  let tabbed = false;
  document.addEventListener("keydown", (event) => { tabbed = event.key === "Tab"; }, true);
  document.addEventListener("pointerdown", () => { tabbed = false; }, true);
  // Not "change": the keypad and the scanner write by script, and a time is whole only when its field is left.
  document.addEventListener("focusout", (event) => {
    const input = event.target;
    const form = formOf(input);
    if (!form || !input.matches?.("input, textarea") || !isEntry(input) || wasScanned(form)) return;
    const before = input.dataset.sent ?? input.defaultValue;
    const next = event.relatedTarget;
    const byTab = tabbed && next?.matches?.(".cell-more"); // a tap on that link says "done earlier"; Tab only passes it
    if (input.value === before || (form.contains(next) && !byTab)) return;
    leave(form, input);
  });

  // Enter leaves the field, as the keypad's "Next field" does; it never sends the form a second time.
  const stops = () => [...document.querySelectorAll(".step-main :is(input:not([type=hidden]):not([type=file]):not([type=checkbox]), select, textarea, .choice-row button)")]
    .filter((item) => !item.disabled && item.tabIndex >= 0 && item.offsetParent !== null && !item.closest("[inert], details:not([open])"));
  const goOn = (from) => {
    const all = stops();
    const following = all[all.indexOf(from) + 1] || document.querySelector("[data-main-act]");
    if (following) { following.focus(); following.select?.(); } else from.blur();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented || !event.target.matches?.("form[data-record] input") || event.target.type === "file") return;
    event.preventDefault();
    goOn(event.target);
  });

  // --- what is being typed stands large beside, with its limit -------------------------------------------------------
  const typing = document.getElementById("entry-typing");
  const now = () => document.getElementById("entry-now");
  const show = (input) => {
    if (!typing) return;
    const active = Boolean(input && !input.closest(".entry-form"));
    const typed = active && input.value !== "";
    typing.hidden = !active || Boolean(now()?.querySelector(".entry-form"));
    if (now()) now().hidden = typed && !typing.hidden;
    if (!active) return;
    typing.querySelector("[data-typing-label]").textContent = input.dataset.label || "";
    typing.querySelector("[data-typing-text]").textContent = input.value;
    typing.querySelector("[data-typing-large]").hidden = !typed;
    typing.querySelector("[data-typing-unit]").textContent = input.dataset.unit || "";
    typing.querySelector("[data-typing-state]").hidden = !typed;
    typing.querySelector("[data-typing-limit]").textContent = input.dataset.limit || "";
    typing.querySelector("[data-typing-before]").textContent = input.dataset.before || "";
    typing.querySelector("[data-typing-before-line]").hidden = !input.dataset.before;
    typing.querySelector("[data-typing-more]").dataset.url = input.dataset.url || "";
  };
  document.addEventListener("input", (event) => { if (event.target.matches?.("form[data-record] input[data-number]")) show(event.target); });
  document.addEventListener("focusin", (event) => {
    if (!event.target.closest?.("#entry")) show(event.target.matches?.("form[data-record] input[data-number]") ? event.target : null);
  });

  // The panel's link opens the form of the field that has the focus.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-typing-more]");
    if (!link || !link.dataset.url) return;
    event.preventDefault();
    typing.hidden = true;
    now().hidden = false;
    window.htmx.ajax("GET", link.dataset.url, { target: "#entry-now" });
  });

  // --- the focus after a field was answered ---------------------------------------------------------------------------
  let place = -1;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = formOf(event.target);
    if (form) place = form.contains(document.activeElement) ? stops().findIndex((item) => form.contains(item)) : -1;
  });
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    const cell = event.target;
    if (!cell.classList?.contains("cell")) return;
    const wrong = cell.querySelector("[aria-invalid=true]");
    const busy = document.activeElement?.matches?.("input, textarea, select") && document.activeElement.value;
    if (wrong && !busy) wrong.focus();
    else if (document.activeElement === document.body && place >= 0) stops()[place]?.focus({ preventScroll: true });
  });
  document.addEventListener("htmx:afterSettle", () => {
    document.querySelector("#step-stop [data-focus]")?.focus();
    show(document.activeElement?.matches?.("form[data-record] input[data-number]") ? document.activeElement : null);
  });

  // --- what could not be sent -------------------------------------------------------------------------------------------
  const say = () => {
    const box = document.getElementById("saved-state");
    if (!box) return;
    box.dataset.state = unsent.size ? "waiting" : "all";
    box.querySelector("[data-saved-word]").textContent = unsent.size ? `${unsent.size} ${box.dataset.waiting}` : box.dataset.all;
  };
  const keep = (form) => {
    const at = form.querySelector('[name="performed_at"]');
    if (at && !at.value) at.value = new Date(Date.now() + ahead).toISOString();
    form.setAttribute("data-unsent", "");
    unsent.add(form);
    say();
  };
  const sendAgain = () => {
    for (const form of unsent) {
      unsent.delete(form);
      if (!form.isConnected) continue;
      form.removeAttribute("data-unsent");
      leave(form);
    }
    say();
  };
  document.addEventListener("htmx:sendError", (event) => { const form = formOf(event.target); if (form) keep(form); });
  document.addEventListener("htmx:afterRequest", (event) => {
    const served = Date.parse(event.detail.xhr?.getResponseHeader("Date") || "");
    if (!Number.isNaN(served)) ahead = Math.abs(served - Date.now()) > 2000 ? served - Date.now() : 0;
    say();
  });
  addEventListener("online", sendAgain);
  setInterval(() => { if (unsent.size && navigator.onLine) sendAgain(); }, AGAIN);
  addEventListener("beforeunload", (event) => { if (unsent.size) event.preventDefault(); });

  // With a keypad on the screen the tablet's own keyboard stays away; a real keyboard and the scanner still type.
  const keyboard = () => {
    const pad = document.querySelector("[data-keypad]");
    const shown = pad && matchMedia("(min-width: 768px) and (pointer: coarse)").matches;
    document.querySelectorAll("form[data-record] input[data-number]").forEach((input) => { input.inputMode = shown ? "none" : "decimal"; });
  };
  keyboard();
  document.addEventListener("htmx:afterSettle", keyboard);
})();
