// Entering values with gloves: the keypad writes into the field that has the focus, "Next field" goes on.
(() => {
  "use strict";
  let field = null;

  const numbers = () => [...document.querySelectorAll("input[data-number]:not([disabled]):not([readonly])")].filter((input) => !input.closest("[inert]"));
  const target = () => (field?.isConnected && !field.disabled ? field : numbers()[0]);

  const write = (text) => {
    const input = target();
    if (!input) return;
    if (document.activeElement !== input) input.focus();
    const start = input.selectionStart ?? input.value.length;
    const end = input.selectionEnd ?? input.value.length;
    input.setRangeText(text, start, end, "end");
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const undo = () => {
    const input = target();
    if (!input?.value) return;
    input.focus();
    input.value = input.value.slice(0, -1);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const sign = () => {
    const input = target();
    if (!input) return;
    input.focus();
    const head = input.value[0];
    const rest = head === "<" || head === ">" ? input.value.slice(1) : input.value;
    input.value = (head === "<" ? ">" : head === ">" ? "" : "<") + rest;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const next = () => {
    const all = numbers();
    const following = all[all.indexOf(target()) + 1];
    if (following) { following.focus(); following.select(); } else document.activeElement?.blur();
  };

  // While words are written the keypad stands aside, and stays away until the next number: a keypad that came back when
  // the words are left would slip under the finger on its way to the button.
  document.addEventListener("focusin", (event) => {
    const isNumber = event.target.matches?.("input[data-number]");
    if (isNumber) field = event.target;
    if (isNumber || event.target.matches?.(".entry-form textarea")) document.querySelector(".step-entry")?.toggleAttribute("data-words", !isNumber);
  });
  document.addEventListener("pointerdown", (event) => { if (event.target.closest("[data-keypad] button")) event.preventDefault(); });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-keypad] button");
    if (!button) return;
    if (button.dataset.keyIn !== undefined) write(button.dataset.keyIn);
    else if (button.hasAttribute("data-key-undo")) undo();
    else if (button.hasAttribute("data-key-sign")) sign();
    else if (button.hasAttribute("data-key-next")) next();
  });
})();
