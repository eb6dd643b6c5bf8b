// The visit form while it is being filled: last month's value by one tap, sums, the estimate as it would be,
// and what to look at again. The form works without any of it.

(() => {
  const app = (window.sumyuan = window.sumyuan || {});
  const form = document.getElementById("visit-form");
  if (!form) return;

  const startedAt = Date.now();
  const copied = new Set();

  // Fen of what stands in a field; null where it is empty or no amount. Full-width digits and commas are read.
  app.fen = (text) => {
    const plain = text.normalize("NFKC").replace(/[\s,¥￥元]/g, "");
    const found = /^(\d+)(?:\.(\d{0,2}))?$/.exec(plain);
    if (!found) return null;
    return Number(found[1]) * 100 + Number((found[2] || "").padEnd(2, "0"));
  };

  app.yuan = (fen) => {
    const sign = fen < 0 ? "−" : "";
    const whole = Math.floor(Math.abs(fen) / 100).toLocaleString("en-US");
    return `${sign}${whole}.${String(Math.abs(fen) % 100).padStart(2, "0")}`;
  };

  const data = (id) => {
    const element = document.getElementById(id);
    return element ? JSON.parse(element.textContent) : null;
  };
  const prospect = data("prospect");
  const outlookWindow = data("window");
  const watches = data("watches");
  const home = data("home");

  const amounts = () => [...form.querySelectorAll("input[name^='amount-']")];

  // {"W01/12": fen} of what is typed.
  const typed = () => {
    const found = {};
    amounts().forEach((input) => {
      const fen = app.fen(input.value);
      const [, code, member] = input.name.split("-");
      if (fen !== null) found[`${code}/${member}`] = fen;
    });
    return found;
  };

  const isLocked = (code) => Boolean(prospect && prospect.locked.includes(code));

  const showSums = () => {
    form.querySelectorAll(".income").forEach((section) => {
      let sum = 0;
      let isTyped = false;
      section.querySelectorAll("input[name^='amount-']").forEach((input) => {
        const fen = app.fen(input.value);
        if (fen === null || isLocked(input.name.split("-")[1])) return;
        sum += fen;
        isTyped = true;
      });
      section.querySelectorAll("[data-reported]").forEach((told) => {
        sum += Number(told.dataset.reported);
        isTyped = true;
      });
      section.querySelector(".sum").textContent = isTyped ? app.yuan(sum) : "–";
    });
  };

  const showOutlook = (estimate) => {
    const place = document.getElementById("outlook");
    const result = outlookWindow.is_official ? estimate.official : estimate.tracking;
    place.textContent = "";
    const add = (words, strong) => {
      const part = document.createElement("span");
      part.textContent = words;
      if (strong) {
        const figure = document.createElement("b");
        figure.textContent = strong;
        part.append(" ", figure);
      }
      place.append(part);
    };
    add(`${outlookWindow.words} 人均`, `${app.yuan(result.per_capita)} 元`);
    const held = outlookWindow.flags.filter(([name]) => result[name]).map(([, words]) => words);
    add(held.length ? held.join("、") : "没有标记");
    place.hidden = false;
  };

  const LISTS = ["policies", "need_kinds", "risk_kinds"];
  const ANSWER = { yes: true, no: false };

  // What stands in the form, in the shape of a visit's content as far as the checks look at it.
  const content = (entries) => {
    const said = { entries: {}, changes: {}, work: {} };
    Object.entries(entries).forEach(([key, fen]) => {
      said.entries[key] = { amount: fen };
    });
    new FormData(form).forEach((value, name) => {
      const text = typeof value === "string" ? value.trim() : "";
      if (!text) return;
      const [table, part, member] = name.split("-");
      if (table === "work" && member) {
        said.work[member] = { ...said.work[member], [part]: text };
      } else if (table === "change" && part === "kind") {
        said.changes[member] = { kind: text };
      } else if (LISTS.includes(name)) {
        said[name] = said[name] ? `${said[name]},${text}` : text;
      } else {
        said[name] = text in ANSWER ? ANSWER[text] : text;
      }
    });
    return said;
  };

  // Where a doubt stands: at its row, at the first row of its item, with its member, else above the buttons.
  const placeOf = (field) => {
    const find = (selector) => form.querySelector(`ul.watch[data-field${selector}]`);
    const [table, key] = field.split(".");
    if (table === "changes" || table === "work") return find(`="people.${key}"`);
    return find(`="${field}"`) || (key && find(`^="${field}/"`)) || find('=""');
  };

  const showWatches = (fired) => {
    form.querySelectorAll("ul.watch li:not(.known)").forEach((line) => line.remove());
    fired.forEach((watch) => {
      const line = document.createElement("li");
      line.textContent = watch.text;
      placeOf(watch.field).append(line);
    });
  };

  const refresh = () => {
    showSums();
    const entries = typed();
    const byItem = {};
    Object.entries(entries).forEach(([key, fen]) => {
      const code = key.split("/")[0];
      byItem[code] = (byItem[code] || 0) + fen;
    });
    const estimate = prospect && app.estimate(prospect, byItem);
    if (estimate) showOutlook(estimate);
    const result = estimate && (outlookWindow.is_official ? estimate.official : estimate.tracking);
    showWatches(app.watch(watches, app.quantities(content(entries), result, home)));
  };
  app.refreshVisitForm = refresh;

  let waiting = 0;
  const soon = () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(refresh, 120);
  };

  form.addEventListener("input", soon);
  form.addEventListener("change", soon);

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.classList.contains("same-as-last")) {
      event.preventDefault();
      const input = form.elements[button.value];
      input.value = input.dataset.last;
      copied.add(button.value);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (button.dataset.all) {
      button
        .closest(".sheet")
        .querySelectorAll(`input[type=radio][value="${button.dataset.all}"]`)
        .forEach((radio) => {
          radio.checked = true;
        });
      form.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });

  // How the form was filled goes with it; checks rank visits for a call-back by it, nothing else.
  app.tellFilling = () => {
    form.elements.seconds.value = Math.round((Date.now() - startedAt) / 1000);
    form.elements.copied.value = [...copied].filter((name) => {
      const input = form.elements[name];
      return input && input.value === input.dataset.last;
    }).length;
  };
  form.addEventListener("submit", app.tellFilling);

  refresh();
})();
