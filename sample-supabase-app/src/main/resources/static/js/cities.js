/**
 * Search of cities as one types.
 */
import { importProgress, searchCities } from "./api.js";
import { countries } from "./countries.js";
import { byId, element } from "./dom.js";

const LIMIT = 20;
const TOTAL = 171075;
const POLL_MILLIS = 1000;
const IDLE_POLL_MILLIS = 10_000;

/** Words inside of names that stay small. */
const SMALL_WORDS = new Set(
  ("a aan am an and auf aux bei d da das de del den der des di do dos du e el en et i im in l la las le les los lès na nad " +
    "of on op os pod sous sur ten ter the und under upon van von vor y zu à").split(" "),
);

/** Grows with each search, so that a slow answer never replaces a newer one. */
let newest = 0;

/** Prepares the search and watches the import while it runs. */
export function startCities() {
  byId("city-country").append(...countries.map(({ code, name }) => new Option(name, code)));
  byId("city-prefix").addEventListener("input", search);
  byId("city-country").addEventListener("change", search);
  watchImport();
}

async function watchImport() {
  try {
    const { documents, complete, running } = await importProgress();
    const stored = documents.toLocaleString("en");
    if (complete) {
      byId("import-state").textContent = `${stored} of them, in the same database.`;
      return;
    }
    if (!running) {
      byId("import-state").textContent = `${stored} of them are here; the others are not being imported.`;
      setTimeout(watchImport, IDLE_POLL_MILLIS);
      return;
    }
    const percent = Math.floor((100 * documents) / TOTAL);
    byId("import-state").textContent = `They are being imported: ${percent} % done.`;
  } catch {
    /* The search itself says when the server is away. */
  }
  setTimeout(watchImport, POLL_MILLIS);
}

async function search() {
  const mine = ++newest;
  const typed = byId("city-prefix").value.trimStart();
  const country = byId("city-country").value;
  if (!typed && !country) {
    show([], "");
    return;
  }
  try {
    const cities = await firstAnswer(spellings(typed), country);
    if (mine === newest) {
      show(cities, summary(cities.length));
    }
  } catch (error) {
    if (mine === newest) {
      show([], error.message);
    }
  }
}

/**
 * Names begin with capitals, people do not: "new york" finds New York, "RIO" and "rio de janeiro" find Rio de Janeiro.
 * Behind an apostrophe either may be, L'Aquila and Xi’an, and the apostrophe is not always the one of the keyboard.
 */
function spellings(typed) {
  const shouted = typed.length > 1 && typed === typed.toUpperCase();
  const small = shouted ? typed.toLowerCase() : typed;
  const first = small.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
  const all = [/(?<=^|[\s-])\p{Ll}/gu, /(?<=^|[\s'’‘-])\p{Ll}/gu].map((starts) =>
    small.replace(starts, (letter) => letter.toUpperCase()),
  );
  const but = all.map((name) => name.replace(/(?<=[\s-])\p{L}+(?=[\s'’‘-])/gu, smallWord));
  return [...new Set([...[first, ...all, ...but].flatMap(withEachApostrophe), typed])];
}

function smallWord(word) {
  const low = word.toLowerCase();
  return SMALL_WORDS.has(low) ? low : word;
}

function withEachApostrophe(name) {
  return ["'", "’", "‘"].map((apostrophe) => name.replace(/['’‘]/g, apostrophe));
}

async function firstAnswer(prefixes, country) {
  for (const prefix of prefixes) {
    const cities = await searchCities(prefix, country, LIMIT);
    if (cities.length > 0) {
      return cities;
    }
  }
  return [];
}

function summary(count) {
  if (count === 0) {
    return "No city found.";
  }
  return count === LIMIT ? `The first ${LIMIT} by name:` : `${count} found:`;
}

function show(cities, status) {
  byId("city-status").textContent = status;
  byId("city-list").replaceChildren(...cities.map(item));
}

function item(city) {
  const country = countries.find(({ code }) => code === city.country)?.name ?? city.country;
  const { lat, lng } = city.location;
  const place = `${Math.abs(lat).toFixed(2)}° ${lat < 0 ? "S" : "N"}, ${Math.abs(lng).toFixed(2)}° ${lng < 0 ? "W" : "E"}`;
  return element(
    "li",
    {},
    element("span", { className: "city-name" }, city.name),
    element("span", { className: "city-country" }, country),
    element("span", { className: "city-place" }, place),
  );
}
