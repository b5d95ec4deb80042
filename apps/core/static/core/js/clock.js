// Running clocks, counted from the server's time: they survive a lock, a reload and a wrong clock of the tablet.
(() => {
  "use strict";
  const SECOND = 1000;
  let ahead = 0; // how far the server's clock is ahead of this device's

  const startFromPage = () => {
    const meta = document.querySelector('meta[name="server-now"]');
    if (!meta) return;
    const [navigation] = performance.getEntriesByType("navigation");
    const answeredAt = performance.timeOrigin + (navigation ? navigation.responseStart : performance.now());
    ahead = Date.parse(meta.content) - answeredAt;
  };

  // The Date header has whole seconds: it corrects only a device whose clock was moved since.
  const correctFrom = (header) => {
    const server = Date.parse(header || "");
    if (Number.isNaN(server)) return;
    const offset = server - Date.now();
    if (Math.abs(offset - ahead) > 2 * SECOND) ahead = offset;
  };

  const now = () => Date.now() + ahead;
  const pad = (number) => String(number).padStart(2, "0");

  const digits = (clock, milliseconds) => {
    const seconds = Math.floor(Math.abs(milliseconds) / SECOND);
    const hours = Math.floor(seconds / 3600);
    if (hours >= Number(clock.dataset.daysFrom)) return clock.dataset.days.replace("%(days)d", Math.floor(hours / 24)).replace("%(hours)d", hours % 24);
    const minutes = Math.floor((seconds % 3600) / 60);
    const rest = pad(seconds % 60);
    return hours ? `${hours}:${pad(minutes)}:${rest}` : `${minutes}:${rest}`;
  };

  const announce = (clock, left, share) => {
    const say = clock.querySelector("[data-clock-say]");
    if (!say) return;
    const step = left <= 0 ? "over" : left <= 5 * 60 * SECOND ? "five" : share <= 0.25 ? "quarter" : share <= 0.5 ? "half" : "";
    if (clock.dataset.said === step) return;
    const first = clock.dataset.said === undefined;
    clock.dataset.said = step;
    if (step && !first) say.textContent = say.dataset[`say${step[0].toUpperCase()}${step.slice(1)}`] || "";
  };

  const draw = (clock) => {
    const end = Date.parse(clock.dataset.end);
    const start = Date.parse(clock.dataset.start || "");
    const left = end - now();
    const share = Number.isNaN(start) || end <= start ? 1 : Math.max(0, Math.min(1, left / (end - start)));
    clock.dataset.state = left <= 0 ? "over" : share <= 0.25 ? "alert" : "running";
    const face = clock.querySelector("[data-clock-digits]");
    if (face) face.textContent = digits(clock, left);
    clock.querySelector("[data-clock-ring]")?.setAttribute("stroke-dasharray", `${100 * share} 100`);
    clock.querySelector("[data-clock-bar]")?.setAttribute("width", String(100 * share));
    const over = clock.querySelector("[data-clock-over]");
    if (over) over.hidden = left > 0;
    announce(clock, left, share);
  };

  const drawAll = () => document.querySelectorAll("[data-clock]").forEach(draw);

  startFromPage();
  drawAll();
  setInterval(drawAll, SECOND);
  document.addEventListener("visibilitychange", drawAll);
  document.addEventListener("htmx:afterRequest", (event) => correctFrom(event.detail.xhr?.getResponseHeader("Date")));
  document.addEventListener("htmx:afterSwap", drawAll);
})();
