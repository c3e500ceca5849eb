/**
 * Puts the parts of the page together: who is logged in decides which of them are seen.
 */
import { forgetSession, logOut, onSessionChange, signedInAs } from "./api.js";
import { clearAuth, startAuth } from "./auth.js";
import { startCities } from "./cities.js";
import { byId } from "./dom.js";
import { clearTodos, restoreDraft, showTodos, startTodos } from "./todos.js";

function notice(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = !text;
}

/** Tells of an error; null, when something has worked, takes the last one off the page. */
function outcome(error) {
  if (error?.late) {
    return;
  }
  if (error?.status === 401) {
    forgetSession();
    show();
    notice("Your session has ended. Please log in again.");
  } else {
    notice(error ? error.message : "");
  }
}

/** Shows the page for the session kept in this browser, or for nobody. */
async function show() {
  notice("");
  const email = signedInAs();
  const known = email !== null;
  const focusGoes = !known && document.activeElement?.closest("#todos, #account");
  byId("account").hidden = !known;
  byId("account-email").textContent = email ?? "";
  byId("auth").hidden = known;
  byId("todos").hidden = !known;
  clearTodos();
  if (focusGoes) {
    byId("email").focus();
  }
  if (known) {
    clearAuth();
    restoreDraft();
    try {
      await showTodos();
    } catch (error) {
      outcome(error);
    }
  }
}

async function welcome() {
  await show();
  byId("title").focus();
}

byId("log-out").addEventListener("click", async () => {
  const button = byId("log-out");
  button.disabled = true;
  try {
    await logOut();
    await show();
    byId("auth-heading").focus();
  } catch (error) {
    outcome(error);
  }
  button.disabled = false;
  if (document.activeElement === document.body) {
    button.focus(); // which it lost when it was disabled
  }
});

startAuth(welcome);
startTodos(outcome);
startCities();
onSessionChange(show);
show();
