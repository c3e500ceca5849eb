/**
 * The form to log in and to sign up.
 */
import { logIn, signUp } from "./api.js";
import { byId, showFieldError } from "./dom.js";

const FIELDS = ["email", "password"];

const WORDS = {
  logIn: {
    heading: "Log in",
    hint: "Your list waits for you.",
    submit: "Log in",
    switchText: "New here?",
    switchButton: "Create an account",
    autocomplete: "current-password",
  },
  signUp: {
    heading: "Create an account",
    hint: "An e-mail address and a password, nothing else.",
    submit: "Sign up",
    switchText: "You have an account?",
    switchButton: "Log in",
    autocomplete: "new-password",
  },
};

let mode = "logIn";

/** Prepares the form; `done` is called after each success, and clears it. */
export function startAuth(done) {
  byId("auth-switch").addEventListener("click", () => {
    mode = mode === "logIn" ? "signUp" : "logIn";
    render();
    byId("email").focus();
  });
  byId("auth-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    await submit(done);
  });
  render();
}

/** Takes off the form what was typed and what was wrong with it. */
export function clearAuth() {
  byId("auth-form").reset();
  showErrors(() => "", "");
}

function render() {
  const words = WORDS[mode];
  byId("auth-heading").textContent = words.heading;
  byId("auth-hint").textContent = words.hint;
  byId("auth-submit").textContent = words.submit;
  byId("switch-text").textContent = words.switchText;
  byId("auth-switch").textContent = words.switchButton;
  byId("password").autocomplete = words.autocomplete;
  byId("password-hint").hidden = mode === "logIn";
  showErrors(() => "", "");
}

async function submit(done) {
  const email = byId("email").value.trim();
  const password = byId("password").value;
  const missing = { email: email ? "" : "Type your e-mail address.", password: password ? "" : "Type your password." };
  showErrors((field) => missing[field], "");
  if (missing.email || missing.password) {
    return;
  }
  const button = byId("auth-submit");
  button.disabled = true;
  try {
    await (mode === "logIn" ? logIn : signUp)(email, password);
    done();
  } catch (error) {
    const byField = FIELDS.some((field) => error.messageFor?.(field));
    showErrors((field) => error.messageFor?.(field) ?? "", byField ? "" : error.message);
  } finally {
    button.disabled = false;
  }
}

/** Shows what is wrong and puts the cursor where it can be mended. */
function showErrors(messageFor, general) {
  let first = null;
  for (const field of FIELDS) {
    const message = messageFor(field);
    showFieldError(byId(field), byId(field + "-error"), message);
    first ??= message ? byId(field) : null;
  }
  byId("auth-error").textContent = general;
  first?.focus();
}
