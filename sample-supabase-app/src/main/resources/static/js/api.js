/**
 * The server's side of the page: one function a route. Each resolves to the answer or rejects with an ApiError.
 */

const TOKEN = "flowdb-sample-token";
const USER = "flowdb-sample-user";
const EMAIL = "flowdb-sample-email";

/** An answer that says no, or no answer at all (status 0). */
export class ApiError extends Error {
  constructor(status, detail, errors = []) {
    super(detail);
    this.status = status;
    this.errors = errors;
    /* Whether somebody else is logged in by now, or nobody, whom it does not concern. */
    this.late = false;
  }

  /** What is wrong with a field, or nothing. */
  messageFor(field) {
    const error = this.errors.find((candidate) => candidate.field === field);
    return error ? capitalized(field) + " " + error.message + "." : "";
  }
}

function capitalized(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

async function send(method, path, body) {
  const token = localStorage.getItem(TOKEN);
  try {
    return await sendAs(token, method, path, body);
  } catch (error) {
    error.late = token !== localStorage.getItem(TOKEN);
    throw error;
  }
}

async function sendAs(token, method, path, body) {
  const headers = { Accept: "application/json, application/problem+json" };
  if (token) {
    headers.Authorization = "Bearer " + token;
  }
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new ApiError(0, "The server does not answer. Is it running?");
  }
  if (response.status === 204) {
    return null;
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new ApiError(response.status, answer.detail ?? "The server said " + response.status + ".", answer.errors);
  }
  return answer;
}

/** The e-mail address of the session kept in this browser, or null. */
export function signedInAs() {
  return localStorage.getItem(TOKEN) ? localStorage.getItem(EMAIL) : null;
}

/** The key of the user of that session, the same however the address was typed, or null. */
export function signedInUser() {
  return localStorage.getItem(TOKEN) ? localStorage.getItem(USER) : null;
}

/** Forgets the session in this browser only. */
export function forgetSession() {
  localStorage.removeItem(TOKEN);
  localStorage.removeItem(USER);
  localStorage.removeItem(EMAIL);
}

/** Calls back when another tab of this browser logs in or out. */
export function onSessionChange(listener) {
  window.addEventListener("storage", (event) => {
    if (event.key === TOKEN || event.key === null) {
      listener();
    }
  });
}

async function openSession(path, email, password) {
  const { token, user_id: user } = await send("POST", path, { email, password });
  localStorage.setItem(EMAIL, email);
  localStorage.setItem(USER, user);
  localStorage.setItem(TOKEN, token);
}

export const signUp = (email, password) => openSession("/api/signup", email, password);
export const logIn = (email, password) => openSession("/api/login", email, password);
export const listTodos = (page, size) => send("GET", `/api/todos?page=${page}&size=${size}`);
export const addTodo = (title, priority) => send("POST", "/api/todos", { title, priority });
export const changeTodo = (id, change) => send("PUT", "/api/todos/" + encodeURIComponent(id), change);
export const deleteTodo = (id) => send("DELETE", "/api/todos/" + encodeURIComponent(id));
export const importProgress = () => send("GET", "/api/cities/import");

export function searchCities(prefix, country, limit) {
  const query = new URLSearchParams({ prefix, limit });
  if (country) {
    query.set("country", country);
  }
  return send("GET", "/api/cities?" + query);
}

/** Ends the session on the server and in this browser, but none that has begun there meanwhile. */
export async function logOut() {
  const token = localStorage.getItem(TOKEN);
  try {
    await send("POST", "/api/logout");
  } catch (error) {
    if (error.status !== 401) {
      throw error;
    }
  }
  if (token === localStorage.getItem(TOKEN)) {
    forgetSession();
  }
}
