/**
 * The list of the one who is logged in. The server's answer is the truth: after each change the list is read again.
 */
import { addTodo, changeTodo, deleteTodo, listTodos } from "./api.js";
import { byId, element, showFieldError } from "./dom.js";

const PRIORITIES = ["None", "Low", "Medium", "High"];

/** Prepares the list; `failed` gets each error that is not about a field. */
export function startTodos(failed) {
  byId("priority").append(...priorityOptions(0));
  byId("todo-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    await add(failed);
  });
  /* One listener for all rows: they come and go. */
  byId("todo-list").addEventListener("change", (event) => {
    const change = event.target.type === "checkbox"
      ? { status: event.target.checked ? "done" : "open" }
      : { priority: Number(event.target.value) };
    act(failed, () => changeTodo(rowOf(event.target).dataset.id, change));
  });
  byId("todo-list").addEventListener("click", (event) => {
    const button = event.target.closest("button.delete");
    if (button) {
      remove(failed, rowOf(button));
    }
  });
}

/** Reads the list from the server and shows it. */
export async function showTodos() {
  render(await listTodos());
}

/** Takes the list off the page: it belongs to somebody. */
export function clearTodos() {
  render([]);
  byId("todo-form").reset();
  showFieldError(byId("title"), byId("title-error"), "");
}

async function add(failed) {
  const title = byId("title");
  const output = byId("title-error");
  if (!title.value.trim()) {
    showFieldError(title, output, "Type what there is to do.");
    title.focus();
    return;
  }
  showFieldError(title, output, "");
  try {
    await addTodo(title.value.trim(), Number(byId("priority").value));
    byId("todo-form").reset();
    await showTodos();
  } catch (error) {
    const message = error.messageFor?.("title");
    if (message) {
      showFieldError(title, output, message);
    } else {
      failed(error);
    }
  }
  title.focus();
}

async function remove(failed, row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  const nextId = next?.dataset.id;
  await act(failed, () => deleteTodo(row.dataset.id));
  (findRow(nextId)?.querySelector("button.delete") ?? byId("title")).focus();
}

/** Does one thing to the list and shows the outcome, keeping the focus where it was. */
async function act(failed, action) {
  const focused = document.activeElement?.closest("#todo-list li") ? document.activeElement : null;
  const id = focused && rowOf(focused).dataset.id;
  const part = focused && focused.dataset.part;
  try {
    await action();
  } catch (error) {
    failed(error);
  }
  try {
    await showTodos();
  } catch (error) {
    failed(error);
  }
  if (id) {
    findRow(id)?.querySelector(`[data-part="${part}"]`)?.focus();
  }
}

function rowOf(part) {
  return part.closest("li");
}

function findRow(id) {
  return [...byId("todo-list").children].find((row) => row.dataset.id === id);
}

function render(todos) {
  const open = todos.filter((todo) => todo.status === "open").length;
  byId("todos-count").textContent = todos.length ? `${open} open, ${todos.length - open} done` : "";
  byId("todo-empty").hidden = todos.length > 0;
  byId("todo-list").replaceChildren(...todos.map(row));
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
    element("label", {}, checkbox, element("span", { className: "title" }, todo.title)),
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
