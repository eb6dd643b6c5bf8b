// The queue: how many are ticked, and ticking all usual ones without loading the page again.
// Filtered rows come by htmx, so everything is looked up anew.
(() => {
  const boxes = () => [...document.querySelectorAll("#approve input[name=visit]")];

  const count = () => {
    const button = document.querySelector("#approve button.btn-primary");
    if (!button) return;
    const ticked = boxes().filter((box) => box.checked).length;
    button.textContent = ticked ? `通过所选 ${ticked} 户` : "通过所选的户";
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-tick]");
    if (!link) return;
    event.preventDefault();
    boxes().forEach((box) => {
      if ("usual" in box.dataset) box.checked = true;
    });
    count();
  });
  document.addEventListener("change", count);
  document.addEventListener("htmx:afterSettle", count);
  // Also after "back", where the browser ticks the boxes again.
  window.addEventListener("pageshow", count);
})();
