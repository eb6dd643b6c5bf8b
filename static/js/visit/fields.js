// What stands in the visit form: read, put back, checked as far as the phone can, and what is wrong shown beside it.

(() => {
  const app = (window.sumyuan = window.sumyuan || {});
  const form = document.getElementById("visit-form");
  if (!form) return;

  // Not typed by the person, or different with every delivery.
  const NOT_TYPED = new Set(["csrfmiddlewaretoken", "client_uuid", "seconds", "copied", "replaces", "photos"]);
  // What the form says of itself; never put back by a draft.
  const NOT_FILLED = new Set([...NOT_TYPED, "action", "copy"]);

  const controls = () => [...form.elements].filter((control) => control.name && !NOT_FILLED.has(control.name));
  const isBox = (control) => control.type === "checkbox" || control.type === "radio";

  // [[name, value]] of whatever holds something. A file is no text: photos go by themselves.
  const typed = () =>
    [...new FormData(form)].filter(([name, value]) => typeof value === "string" && value && !NOT_TYPED.has(name));

  const put = (fields) => {
    const values = new Map();
    fields.forEach(([name, value]) => values.set(name, [...(values.get(name) || []), value]));
    // An amount that once had to be confirmed has its box only after the county asked.
    (values.get("confirm") || []).forEach(addConfirmation);
    controls().forEach((control) => {
      const told = values.get(control.name) || [];
      if (isBox(control)) control.checked = told.includes(control.value);
      else if (control.type !== "submit" && control.type !== "button" && control.type !== "file") {
        control.value = control.name === "base_version" ? told[0] || "0" : told[0] || "";
      }
      const isTold = isBox(control) ? control.checked : control.value;
      if (isTold && control.type !== "hidden") openFolds(control);
    });
    tellUnplaced(values);
    if (app.refreshVisitForm) app.refreshVisitForm();
  };

  // What was typed once and has no place on the form as it is now, such as an item that a department told since.
  const tellUnplaced = (values) => {
    const old = document.getElementById("unplaced");
    if (old) old.remove();
    const names = JSON.parse(document.getElementById("item-names").textContent);
    const said = [...values]
      .filter(([name]) => !form.elements[name] && !NOT_FILLED.has(name) && !/^(basis|dispute)-/.test(name))
      .map(([name, told]) => `${names[name.split("-")[1]] || "其他"} ${told.join("、")}`);
    if (!said.length) return;
    const note = document.createElement("p");
    note.id = "unplaced";
    note.className = "notice notice-warning";
    note.textContent = `以前填的这些，表上现在没有地方填（多半是部门已经报了）：${said.join("；")}。`;
    form.before(note);
  };

  const openFolds = (control) => {
    // The fold of the day and way is always filled; it opens when something is wrong there.
    if (["visited_on", "way", "visitors"].includes(control.name)) return;
    unfold(control);
  };

  const unfold = (control) => {
    for (let fold = control.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  };

  const text = (element) => (element ? element.textContent.replace(/\s+/g, " ").trim() : "");

  const label = (control) => {
    if (isBox(control) && control.name !== "confirm") return text(control.closest("fieldset").querySelector("legend"));
    return control.getAttribute("aria-label") || text(form.querySelector(`label[for="${control.id}"]`)) || control.name;
  };

  // [[label, value]] as a person reads them, for a file that somebody may have to type from.
  const words = () => {
    const found = [];
    controls().forEach((control) => {
      if (control.type === "hidden" || control.tagName === "BUTTON" || control.type === "file") return;
      if (isBox(control)) {
        if (control.checked && control.name !== "confirm") found.push([label(control), text(control.nextElementSibling)]);
      } else if (control.value) {
        const isChoice = control.tagName === "SELECT";
        found.push([label(control), isChoice ? text(control.selectedOptions[0]) : control.value]);
      }
    });
    return found;
  };

  // What the phone can tell by itself, {name: [sentence]}; the county checks everything once more.
  const problems = () => {
    const found = {};
    form.querySelectorAll("input[name^='amount-']").forEach((input) => {
      const value = input.value.trim();
      if (!value || app.fen(value) !== null) return;
      const isNegative = /^[-−－–(（]/.test(value);
      found[input.name] = [
        isNegative ? `“${value}”不能是负数；支出也写正数。` : `“${value}”不是金额。金额要写数字，如 1200 或 1200.50。`,
      ];
    });
    form.querySelectorAll("input[name^='dispute-']").forEach((input) => {
      const amount = input.name.replace("dispute", "amount");
      if (input.value.trim() && !form.elements[amount].value.trim()) {
        found[amount] = ["写上您了解到的金额，再说明哪里不同。"];
      }
    });
    if (!form.elements.visited_on.value) found.visited_on = ["填上走访是哪一天。"];
    if (![...form.querySelectorAll("[name=way]")].some((radio) => radio.checked)) found.way = ["选一种走访方式。"];
    if (form.elements.reason && !form.elements.reason.value.trim()) {
      found.reason = ["这条走访已经审核。要改，写明更正的原因。"];
    }
    return found;
  };

  const clearErrors = () => {
    form.querySelectorAll(".errorlist").forEach((list) => list.remove());
    form.querySelectorAll("[aria-invalid]").forEach((control) => control.removeAttribute("aria-invalid"));
    const notice = document.getElementById("errors");
    if (notice) notice.remove();
  };

  const addConfirmation = (name) => {
    const input = form.elements[name];
    if (!input || form.querySelector(`input[name=confirm][value="${name}"]`)) return;
    const line = document.createElement("label");
    line.className = "confirm";
    const box = document.createElement("input");
    box.type = "checkbox";
    box.name = "confirm";
    box.value = name;
    line.append(box, " 没有写错");
    input.closest(".row-entry").append(line);
  };

  const showError = (name, sentences) => {
    const found = form.elements[name];
    if (!found) return null;
    const first = found instanceof RadioNodeList ? found[0] : found;
    const place = first.closest(".row-entry") || first.closest(".field") || first.parentElement;
    const marked = first.closest("fieldset") || first;
    const list = document.createElement("ul");
    list.className = "errorlist";
    list.id = `error-${name}`;
    sentences.forEach((sentence) => {
      const line = document.createElement("li");
      line.textContent = sentence;
      list.append(line);
    });
    place.append(list);
    marked.setAttribute("aria-invalid", "true");
    marked.setAttribute("aria-describedby", list.id);
    unfold(first);
    return first;
  };

  const notice = (id, kind, words) => {
    let box = document.getElementById(id);
    if (!box) {
      box = document.createElement("div");
      box.id = id;
      box.setAttribute("role", "alert");
      form.before(box);
    }
    box.className = `notice notice-${kind}`;
    box.textContent = "";
    const line = document.createElement("p");
    line.textContent = words;
    box.append(line);
    return box;
  };

  // Errors stand at their fields; those that have none stand above the form.
  const showErrors = (errors, confirm = []) => {
    clearErrors();
    confirm.forEach(addConfirmation);
    const above = [...(errors[""] || [])];
    const wrong = [];
    Object.entries(errors).forEach(([name, sentences]) => {
      if (!name) return;
      const control = showError(name, sentences);
      if (control) wrong.push(control);
      else above.push(...sentences);
    });
    const beside = wrong.length ? `有 ${wrong.length} 处要改，已标在旁边。` : "";
    const box = notice("errors", "error", `还没有上报，填的都在。${above.join("")}${beside}`);
    // In the order of the form, not of the answer.
    wrong.sort((one, other) => (one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
    if (wrong.length) wrong[0].focus({ preventScroll: true });
    (wrong[0] || box).scrollIntoView({ block: "center" });
  };

  app.visitFields = { typed, put, words, problems, showErrors, clearErrors, notice };
})();
