// One listener for the scanner of a page. A scanner types fast and ends with Enter; what it reads goes where its content
// belongs, wherever the focus is, and never stays in a field that happened to have it.
//   <input data-scan-input="lot" data-scan-pattern="^PL-\d+$">   takes codes that fit the pattern (no pattern: any code)
//   <form data-scan-submit>                                      is sent as soon as one of its inputs took a scan
//   <input type="hidden" name="entered_by" value="typed">        becomes "scan"
(() => {
  "use strict";
  const GAP = 45; // ms between two characters of one scan
  const SHORTEST = 4;
  const AGAIN = 2000;
  const ECHO = 1000;
  let buffer = "";
  let last = 0;
  let before = null;
  let latest = { code: "", at: -AGAIN };
  let sound = null;

  const beep = (good) => {
    try {
      sound = sound || new AudioContext();
      const tone = sound.createOscillator();
      const volume = sound.createGain();
      tone.frequency.value = good ? 1320 : 220;
      volume.gain.value = 0.08;
      tone.connect(volume).connect(sound.destination);
      tone.start();
      tone.stop(sound.currentTime + (good ? 0.09 : 0.4));
    } catch { /* no sound is no error: the echo is on the screen as well */ }
  };

  const echo = (text, good) => {
    const box = document.getElementById("scan-echo");
    if (!box) return;
    box.dataset.tone = good ? "ok" : "action";
    box.querySelectorAll("[data-echo-icon]").forEach((icon) => { icon.hidden = (icon.dataset.echoIcon === "ok") !== good; });
    box.querySelector("[data-echo-text]").textContent = good ? text : `${text}: ${box.dataset.nowhere}`;
    box.hidden = false;
    beep(good);
    setTimeout(() => { box.hidden = true; }, good ? ECHO : 4 * ECHO);
  };

  const fits = (input, code) => {
    if (input.disabled || input.readOnly || input.closest("[inert]")) return false;
    const pattern = input.dataset.scanPattern;
    return !pattern || new RegExp(pattern, "i").test(code);
  };

  const place = (code) => {
    const inputs = [...document.querySelectorAll("[data-scan-input]")].filter((input) => fits(input, code));
    const exact = inputs.filter((input) => input.dataset.scanPattern);
    const open = (list) => list.find((input) => !input.value) || list[0];
    return open(exact) || open(inputs);
  };

  // Our labels of lots and samples carry the address of the record (lot/CM-7); a field asks for the number in it.
  const numberIn = (code) => code.match(/^(?:lot|sample)\/([^/]+)$/)?.[1] ?? code;

  const take = (scanned) => {
    const code = numberIn(scanned);
    const input = place(code);
    if (!input) { echo(code, false); document.dispatchEvent(new CustomEvent("scan:nowhere", { detail: { code } })); return; }
    input.value = code;
    const form = input.form;
    const how = form?.querySelector('[name="entered_by"]');
    if (how) how.value = "scan";
    echo(code, true);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
    if (form?.hasAttribute("data-scan-submit")) form.requestSubmit();
  };

  const giveBack = () => {
    if (before?.field && before.field.isConnected) before.field.value = before.value;
  };

  const finish = (event) => {
    const code = buffer.trim();
    buffer = "";
    if (code.length < SHORTEST) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    giveBack();
    if (code === latest.code && performance.now() - latest.at < AGAIN) return;
    latest = { code, at: performance.now() };
    take(code);
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const at = event.timeStamp; // when the key was pressed, not when a busy page came to read it
    const together = at - last < GAP;
    if (event.key === "Enter") { if (together && buffer) finish(event); buffer = ""; return; }
    if (event.key.length !== 1) return;
    if (!together) {
      buffer = "";
      const field = event.target.closest?.("input, textarea");
      before = field ? { field, value: field.value } : null;
    }
    last = at;
    buffer += event.key;
    if (buffer.length >= 3 && together && !before) event.stopImmediatePropagation();
  }, true);
})();
