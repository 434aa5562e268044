// The editor with a login bar. The token stays in this page's memory: a reload ends it, nothing is stored on the machine.
(async () => {
  const bar = document.getElementById("login");
  const who = document.getElementById("who");
  const leave = document.getElementById("leave");
  const root = ReactDOM.createRoot(document.getElementById("editor"));
  const page = await (await fetch("/explorer/start.json")).json();
  let token = "";

  for (const { name, label } of page.operators) {
    document.getElementById("operators").append(new Option(label, name));
  }

  const kept = new Map();
  const memory = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
    clear: () => kept.clear(),
    get length() { return kept.size; },
  };

  const authorization = () => (token ? { Authorization: `Bearer ${token}` } : {});

  // A new fetcher makes GraphiQL read the schema again, as the operator may see it.
  function show() {
    const fetcher = async (body) => {
      if (!token) return { errors: [{ message: "请先在上方登录 · log in above first" }] };
      const headers = { "Content-Type": "application/json", Accept: "application/json", ...authorization() };
      const answer = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify(body) });
      const text = await answer.text();
      try { return JSON.parse(text); } catch { return { errors: [{ message: text || `HTTP ${answer.status}` }] }; }
    };
    const tabs = page.examples.map((query) => ({ query }));
    root.render(React.createElement(GraphiQL, { fetcher, defaultTabs: tabs, storage: memory, isHeadersEditorEnabled: false }));
  }

  function say(text, wrong) {
    who.textContent = text;
    who.className = wrong ? "wrong" : "";
    leave.hidden = !token;
  }

  bar.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { name, password } = Object.fromEntries(new FormData(bar));
    const sent = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name, password }) };
    const answer = await (await fetch("/login", sent)).json();
    token = answer.token ?? "";
    bar.elements.password.value = "";
    if (!token) return say(`${answer.zh} · ${answer.en}`, true);
    say(`${answer.name} · ${answer.level_label} ${answer.level} · ${answer.region_code}`, false);
    show();
  });

  leave.addEventListener("click", async () => {
    await fetch("/logout", { method: "POST", headers: authorization() });
    token = "";
    say("未登录 · not logged in", false);
    show();
  });

  show();
})();
