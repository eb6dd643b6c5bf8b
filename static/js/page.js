// Small comforts. Every page works without them.

// What is there for want of script can go: filters, for one, are sent as they are chosen.
document.documentElement.classList.add("has-script");

// A click anywhere in a row follows the row's link.
document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-row]");
  if (!row || event.target.closest("a, button, input, select, label, summary, details")) return;
  if (window.getSelection().toString()) return;
  const link = row.querySelector("a[href]");
  if (!link) return;
  if (event.ctrlKey || event.metaKey) window.open(link.href);
  else link.click();
});

// An opened menu closes on Escape and on a click elsewhere.
const closeMenus = (except) => {
  document.querySelectorAll("details.account[open], details.menu[open]").forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
};
document.addEventListener("click", (event) => closeMenus(event.target.closest("details")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.account[open], details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A filter that is not set stays out of the address.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") return;
  const { parameters } = event.detail;
  Object.keys(parameters).forEach((name) => {
    if (parameters[name] === "") delete parameters[name];
  });
});
