// Links to the page one is on, such as those that sort a list, take along what is ticked in the form "ticked".
document.addEventListener("click", (event) => {
  const link = event.target.closest("main a[href]");
  const form = document.getElementById("ticked");
  const box = document.querySelector("input[type=checkbox][form=ticked]");
  if (!link || !form || !box || link.origin + link.pathname !== location.origin + location.pathname) return;
  const url = new URL(link.href);
  url.searchParams.delete(box.name);
  for (const value of new FormData(form).getAll(box.name)) url.searchParams.append(box.name, value);
  link.href = url;
});
