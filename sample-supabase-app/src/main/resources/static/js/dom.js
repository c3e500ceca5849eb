/**
 * The few things the page does to its document. Text from outside reaches it as text only, never as markup.
 */

/** The element with this id. */
export function byId(id) {
  return document.getElementById(id);
}

/**
 * A new element. Properties are set as they are, names with a dash as attributes; children are elements or text.
 */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-")) {
      made.setAttribute(key, value);
    } else {
      made[key] = value;
    }
  }
  made.append(...children);
  return made;
}

/** Shows a message below a field and marks the field, or removes both for an empty message. */
export function showFieldError(input, output, message) {
  output.textContent = message;
  if (message) {
    input.setAttribute("aria-invalid", "true");
  } else {
    input.removeAttribute("aria-invalid");
  }
}
