/**
 * The list of the one who is logged in. The server's answer is the truth: after each change the list is read again.
 */
import { addTodo, changeTodo, deleteTodo, listTodos, signedInUser } from "./api.js";
import { byId, element, showFieldError } from "./dom.js";

const PRIORITIES = ["None", "Low", "Medium", "High"];
const PAGE_SIZE = 1000;

/* A second click of the same hand falls on the row that has moved up under the pointer. */
const SAME_CLICK_MILLIS = 500;

/** Grows with each list that is asked for, so that a late one replaces neither a newer one nor that of somebody else. */
let newest = 0;

/** How many pages are read, and what they held. */
let pages = 1;
let shown = [];
let more = false;

/** Whose list it is, and whether the server has said what is in it. */
let owner = null;
let known = false;

/** How many additions are under way. */
let adding = 0;

/** When the last row was deleted with the pointer. */
let deletedAt = -Infinity;

/** What was typed and not stored when the session ended, and whose it is. */
let draft = null;

/** By id, the last change of a todo that is under way: they reach the server one after the other. */
const changes = new Map();

/** Prepares the list; `outcome` gets each error that is not about a field, and null after what has worked. */
export function startTodos(outcome) {
  byId("priority").append(...priorityOptions(0));
  byId("todo-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    await add(outcome);
  });
  /* One listener for all rows: they come and go. */
  byId("todo-list").addEventListener("change", (event) => {
    const change = event.target.type === "checkbox"
      ? { status: event.target.checked ? "done" : "open" }
      : { priority: Number(event.target.value) };
    act(outcome, () => changeInTurn(rowOf(event.target).dataset.id, change));
  });
  byId("todo-more").addEventListener("click", () => showMore(outcome));
  byId("todo-list").addEventListener("click", (event) => {
    const button = event.target.closest("button.delete");
    if (button && !isSameClick(event)) {
      act(outcome, () => deleteTodo(rowOf(button).dataset.id));
    }
  });
}

/** Whether a click is the second half of a double one that has deleted already. Keys, which have no detail, are not. */
function isSameClick(event) {
  if (event.detail === 0) {
    return false;
  }
  const same = event.timeStamp - deletedAt < SAME_CLICK_MILLIS;
  deletedAt = event.timeStamp;
  return same;
}

async function changeInTurn(id, change) {
  const user = signedInUser();
  const before = changes.get(id) ?? Promise.resolve();
  const mine = before.catch(() => {}).then(() => (user === signedInUser() ? changeTodo(id, change) : null));
  changes.set(id, mine);
  try {
    await mine;
  } finally {
    if (changes.get(id) === mine) {
      changes.delete(id);
    }
  }
}

/** Reads the list from the server and shows it. */
export async function showTodos() {
  const mine = ++newest;
  const found = new Map();
  let last = [];
  for (let page = 0; page < pages && (page === 0 || last.length === PAGE_SIZE); page++) {
    last = await listTodos(page, PAGE_SIZE);
    last.forEach((todo) => found.set(todo.id, todo));
  }
  if (mine === newest) {
    more = last.length === PAGE_SIZE;
    known = true;
    render([...found.values()]);
  }
}

/** What stands in the form. */
function typedNow() {
  return { user: owner, title: byId("title").value.trim(), priority: byId("priority").value };
}

/** Puts back what was typed when the session ended, if the same person is here again; forgets it in any case. */
export function restoreDraft() {
  if (draft?.user === owner) {
    byId("title").value = draft.title;
    byId("priority").value = draft.priority;
  }
  draft = null;
}

/** Takes the list off the page, as it belongs to somebody, and makes room for that of the one who is here now. */
export function clearTodos() {
  const typed = typedNow();
  if (owner && typed.title) {
    draft ??= typed;
  }
  owner = signedInUser();
  newest++;
  pages = 1;
  more = false;
  known = false;
  render([]);
  byId("todo-form").reset();
  showFieldError(byId("title"), byId("title-error"), "");
}

async function showMore(outcome) {
  const before = shown.length;
  pages++;
  await act(outcome, async () => {});
  const first = byId("todo-list").children[before];
  (first?.querySelector("input") ?? byId("title")).focus();
}

/** The form is free for the next one at once. Submitted again without anything new it says nothing: Enter was pressed twice. */
async function add(outcome) {
  const title = byId("title");
  const output = byId("title-error");
  const typed = typedNow();
  title.focus();
  if (!typed.title) {
    showFieldError(title, output, adding ? "" : "Type what there is to do.");
    return;
  }
  showFieldError(title, output, "");
  byId("todo-form").reset();
  adding++;
  try {
    await addTodo(typed.title, Number(typed.priority));
  } catch (error) {
    refused(error, typed, outcome);
    return;
  } finally {
    adding--;
  }
  await act(outcome, async () => {});
}

/** Puts back what was typed, unless there is something new by now, or keeps it until its owner is here again. */
function refused(error, typed, outcome) {
  const title = byId("title");
  const message = error.messageFor?.("title");
  if ((error.status === 401 && !error.late) || typed.user !== owner) {
    draft ??= typed;
    outcome(error);
    return;
  }
  const back = !title.value;
  if (back) {
    title.value = typed.title;
    byId("priority").value = typed.priority;
    showFieldError(title, byId("title-error"), message);
  }
  if (!back || !message) {
    outcome(error);
  }
}

/** Does one thing to the list and shows the outcome, keeping the focus where it was. */
async function act(outcome, action) {
  let failure = null;
  try {
    await action();
  } catch (error) {
    failure = error;
  }
  const mine = newest + 1;
  try {
    await showTodos();
  } catch (error) {
    failure ??= error;
    if (mine === newest) {
      render(shown); // as it is on the server for all that is known
    }
  }
  outcome(failure);
}

function rowOf(part) {
  return part.closest("li");
}

function findRow(id) {
  return [...byId("todo-list").children].find((row) => row.dataset.id === id);
}

/** Shows the list. The focus stays where it was, or, where that row is gone, goes to the one in its place. */
function render(todos) {
  const rows = byId("todo-list").children;
  const focused = document.activeElement?.closest("#todo-list li") ? document.activeElement : null;
  const place = focused && [...rows].indexOf(rowOf(focused));
  shown = todos;
  const open = todos.filter((todo) => todo.status === "open").length;
  const first = more ? `The first ${todos.length.toLocaleString("en")}: ` : "";
  byId("todos-count").textContent = todos.length ? `${first}${open} open, ${todos.length - open} done` : "";
  byId("todo-empty").hidden = !known || todos.length > 0;
  byId("todo-more").hidden = !more;
  byId("todo-list").replaceChildren(...todos.map(row));
  if (focused) {
    const row = findRow(rowOf(focused).dataset.id) ?? rows[Math.min(place, rows.length - 1)];
    (row?.querySelector(`[data-part="${focused.dataset.part}"]`) ?? byId("title")).focus();
  }
}

function row(todo) {
  const done = todo.status === "done";
  const checkbox = element("input", { type: "checkbox", checked: done });
  checkbox.dataset.part = "checkbox";
  const priority = element("select", { "aria-label": `Priority of ${todo.title}`, className: "chip" });
  priority.dataset.part = "priority";
  priority.dataset.level = Math.max(0, Math.min(todo.priority, PRIORITIES.length - 1));
  priority.append(...priorityOptions(todo.priority));
  const remove = element(
    "button",
    { type: "button", className: "delete quiet", "aria-label": `Delete ${todo.title}`, title: "Delete" },
    "✕",
  );
  remove.dataset.part = "delete";
  const item = element(
    "li",
    { className: done ? "done" : "" },
    element("label", {}, checkbox, element("span", { className: "title", dir: "auto" }, todo.title)),
    priority,
    remove,
  );
  item.dataset.id = todo.id;
  return item;
}

/** The usual choices, and the present one if another client has set it to something else. */
function priorityOptions(selected) {
  const options = PRIORITIES.map((name, value) => ({ name, value }));
  if (!PRIORITIES[selected]) {
    options.push({ name: String(selected), value: selected });
    options.sort((one, other) => one.value - other.value);
  }
  return options.map(({ name, value }) => new Option(name, value, value === 0, value === selected));
}
