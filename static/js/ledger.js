// A link to a number inside a closed part opens that part. Without script the reader opens it by hand.
const openTarget = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let part = target; part; part = part.parentElement) {
    if (part.tagName === "DETAILS") part.open = true;
  }
  target.scrollIntoView();
};
window.addEventListener("hashchange", openTarget);
if (location.hash) openTarget();
