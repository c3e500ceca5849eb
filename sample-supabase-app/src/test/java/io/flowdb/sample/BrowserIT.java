package io.flowdb.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.Select;

/** The page as a person uses it, in Chromium without a window. Skipped where Chromium is not installed. */
class BrowserIT {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    @TempDir
    static Path dataDir;

    @TempDir
    static Path profile;

    static RunningSample sample;
    static ChromeDriver browser;

    @BeforeAll
    static void start() {
        assumeTrue(
                Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER),
                "needs " + CHROMIUM + " and " + DRIVER + " (Debian: apt-get install chromium chromium-driver)");
        sample = RunningSample.start(dataDir.resolve("data"), "sample.cities.import-enabled=true");
        browser = startBrowser();
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.quit();
        }
        if (sample != null) {
            sample.close();
        }
    }

    /** As somebody who was never here. */
    @BeforeEach
    void open() {
        browser.get("http://127.0.0.1:" + sample.port() + "/");
        browser.executeScript("localStorage.clear(); sessionStorage.clear()");
        browser.manage().deleteAllCookies();
        browser.navigate().refresh();
        browser.manage().logs().get(LogType.BROWSER); // what is read is gone
    }

    private static ChromeDriver startBrowser() {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--window-size=1200,900",
                "--user-data-dir=" + profile);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, java.util.logging.Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        // With the driver's path given nothing is looked for, and nothing downloaded.
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(new File(DRIVER.toString()))
                .build();
        return new ChromeDriver(service, options);
    }

    @Test
    void todos_signUpAddToggleDeleteLogOutLogIn_workAsSeen() {
        signUp("ada@example.com");
        add("Buy bread", "None");
        add("<img src=x onerror=document.title=1>", "High");
        assertTitles("<img src=x onerror=document.title=1>", "Buy bread");
        awaitText("#todos-count", "2 open, 0 done");

        find("#todo-list li:nth-child(2) input").click();
        awaitText("#todos-count", "1 open, 1 done");
        assertThat(find("#todo-list li:nth-child(2) input").isSelected()).isTrue();

        // The same priority: the older one comes first.
        new Select(find("#todo-list li:nth-child(2) select")).selectByVisibleText("High");
        assertTitles("Buy bread", "<img src=x onerror=document.title=1>");

        find("#todo-list li:nth-child(2) .delete").click();
        assertTitles("Buy bread");

        browser.navigate().refresh();
        assertTitles("Buy bread");

        find("#log-out").click();
        awaitShown("#auth-form");
        assertThat(find("#todos").isDisplayed()).isFalse();
        assertThat(browser.findElements(By.cssSelector("#todo-list li"))).isEmpty();
        assertThat(browser.executeScript("return localStorage.length")).isEqualTo(0L);

        find("#email").sendKeys("ada@example.com");
        find("#password").sendKeys(Api.PASSWORD, Keys.ENTER);
        assertTitles("Buy bread");
        assertThat(find("#todo-list input").isSelected()).isTrue();
        assertThat(browser.getTitle()).isEqualTo("FlowDB sample");
        assertNothingBlocked();
    }

    @Test
    void form_wrongInput_isExplainedAtTheField() {
        find("#auth-switch").click();
        find("#auth-submit").click();
        awaitText("#email-error", "Type your e-mail address.");
        assertThat(browser.switchTo().activeElement().getDomAttribute("id")).isEqualTo("email");

        find("#email").sendKeys("bob@example.com");
        find("#password").sendKeys("short", Keys.ENTER);
        awaitText("#password-error", "Password must have at least 8 characters and at most 72 bytes.");
        assertThat(find("#password").getDomAttribute("aria-invalid")).isEqualTo("true");

        sample.api().signUp("bob@example.com");
        find("#password").sendKeys(" but now longer", Keys.ENTER);
        awaitText("#email-error", "Email is registered already.");

        find("#auth-switch").click();
        find("#password").sendKeys(Keys.ENTER);
        awaitText("#auth-error", "The e-mail address or the password is wrong.");
    }

    @Test
    void session_endedElsewhere_asksToLogInAgain() {
        signUp("cleo@example.com");
        sample.api().post("/api/logout", token(), null);

        find("#title").sendKeys("too late", Keys.ENTER);

        awaitText("#notice", "Your session has ended. Please log in again.");
        awaitShown("#auth-form");
        assertThat(focus().getDomAttribute("id")).isEqualTo("email");
    }

    /** It was emptied with the list, and came back only where the address was typed in the same way. */
    @Test
    void draft_typedAsTheSessionEnded_isThereForTheSamePersonOnly() {
        for (boolean same : new boolean[] {true, false}) {
            signUp(same ? "mia@example.com" : "max@example.com");
            sample.api().post("/api/logout", token(), null);
            find("#title").sendKeys("too late", Keys.ENTER);
            awaitShown("#auth-form");
            if (same) {
                find("#auth-switch").click(); // back to the log-in
                logInToDraft("MIA@Example.com", "too late");
                find("#title").sendKeys(Keys.ENTER);
                assertTitles("too late");
                sample.api().post("/api/logout", token(), null);
                find("#title").sendKeys("half");
                find("#todo-list input").click();
                awaitShown("#auth-form");
                logInToDraft("mia@example.com", "half");
                find("#log-out").click();
                awaitShown("#auth-form");
            } else {
                signUp("moe@example.com");
                awaitShown("#todo-empty");
                await().until(() -> "title".equals(focus().getDomAttribute("id")));
                assertThat(find("#title").getDomProperty("value")).isEmpty();
            }
        }
    }

    private void logInToDraft(String email, String draft) {
        find("#email").sendKeys(email);
        find("#password").sendKeys(Api.PASSWORD, Keys.ENTER);
        awaitTrue(() -> draft.equals(find("#title").getDomProperty("value")));
    }

    /** The second click fell on the next todo, which had moved up. */
    @Test
    void delete_clickedTwice_deletesOne() {
        signUp("ned@example.com");
        for (String title : List.of("one", "two", "three", "four", "five", "six", "seven", "eight")) {
            add(title, "None");
        }
        for (int attempt = 0; attempt < 3; attempt++) {
            String[] before = texts("#todo-list .title").toArray(String[]::new);
            if (clickTwice("#todo-list li:nth-child(1) .delete") < 500) {
                String[] left = Arrays.copyOfRange(before, 1, before.length);
                assertTitles(left);
                browser.navigate().refresh();
                assertTitles(left);
                return;
            }
            // Held up for so long that these were two clicks.
            assertTitles(Arrays.copyOfRange(before, 2, before.length));
        }
        throw new AssertionError("no two clicks within half a second");
    }

    /** Returns how many milliseconds the page saw between the clicks. */
    private double clickTwice(String selector) {
        browser.executeScript(
                "window.clicks = []; document.addEventListener('click', e => window.clicks.push(e.timeStamp), true);");
        new Actions(browser)
                .moveToElement(find(selector))
                .click()
                .pause(Duration.ofMillis(200))
                .click()
                .perform();
        return ((Number) browser.executeScript("return window.clicks[1] - window.clicks[0]")).doubleValue();
    }

    /** The changes overtook each other on the way. */
    @Test
    void toggles_inARow_endAsTheLastOne() {
        signUp("ola@example.com");
        add("flicker", "None");
        String token = token();
        String path = "/api/todos/" + find("#todo-list li").getDomAttribute("data-id");
        browser.executeScript(
                "const box = document.querySelector('#todo-list input'); for (let i = 0; i < 7; i++) { box.click(); }");

        awaitTrue(() -> sample.api().get(path, token).header("ETag").equals("\"8\""));
        assertThat(sample.api().get(path, token).text("status")).isEqualTo("done");
        awaitText("#todos-count", "0 open, 1 done");
    }

    @Test
    void keyboard_alone_isEnough() {
        signUp("dora@example.com");
        await().until(() -> "title".equals(focus().getDomAttribute("id")));
        focus().sendKeys("by keyboard", Keys.ENTER);
        assertTitles("by keyboard");
        // Title, priority, the button, then the row: box, priority, delete.
        focus().sendKeys(Keys.TAB);
        focus().sendKeys(Keys.TAB);
        focus().sendKeys(Keys.TAB);
        focus().sendKeys(Keys.SPACE);
        awaitText("#todos-count", "0 open, 1 done");
        await().until(() -> "checkbox".equals(focus().getDomAttribute("type")));
        focus().sendKeys(Keys.TAB);
        focus().sendKeys(Keys.TAB);
        assertThat(focus().getDomAttribute("aria-label")).isEqualTo("Delete by keyboard");
        focus().sendKeys(Keys.ENTER);
        assertTitles();
        await().until(() -> "title".equals(focus().getDomAttribute("id")));

        // A row that somebody else has deleted leaves the focus to the next one.
        add("first", "None");
        add("second", "None");
        sample.api().delete("/api/todos/" + find("#todo-list li").getDomAttribute("data-id"), token());
        find("#todo-list li input").sendKeys(Keys.SPACE);
        assertTitles("second");
        await().until(() -> "checkbox".equals(focus().getDomAttribute("type")));
    }

    @Test
    void cities_typed_appearInOrder() {
        awaitImported();

        find("#city-prefix").sendKeys("pari");
        new Select(find("#city-country")).selectByVisibleText("France");

        awaitText("#city-list li:first-child .city-name", "Parigny");
        List<String> names = texts("#city-list .city-name");
        assertThat(names).contains("Paris").isSorted();
        assertThat(texts("#city-list .city-country")).containsOnly("France");
        assertThat(find("#city-status").getText()).isEqualTo("The first 20 by name:");
        assertThat(names).hasSize(20);

        find("#city-prefix").sendKeys("xyz");
        awaitText("#city-status", "No city found.");
        assertThat(texts("#city-list li")).isEmpty();
        assertNothingBlocked();
    }

    /** Was stored twice. The second Enter is about nothing, and says nothing. */
    @Test
    void add_submittedTwice_isStoredOnce() {
        signUp("emil@example.com");
        find("#title").sendKeys("once");
        browser.executeScript(
                "const form = document.getElementById('todo-form'); form.requestSubmit(); form.requestSubmit();");
        assertTitles("once");
        holdAnswers("POST");
        find("#title").sendKeys("again" + Keys.ENTER + Keys.ENTER);
        awaitHeld(1);
        releaseAnswers();
        assertTitles("once", "again");
        assertThat(find("#title-error").getText()).isEmpty();
        browser.navigate().refresh();
        assertTitles("once", "again");
    }

    /** The answer to the first one emptied the form, and with it what was typed meanwhile. */
    @Test
    void add_nextTypedBeforeTheAnswer_isKept() {
        signUp("fay@example.com");
        holdAnswers("POST");
        find("#title").sendKeys("first", Keys.ENTER);
        awaitHeld(1);
        find("#title").sendKeys("second");
        releaseAnswers();
        assertTitles("first");
        assertThat(find("#title").getDomProperty("value")).isEqualTo("second");
        find("#title").sendKeys(Keys.ENTER);
        assertTitles("first", "second");
    }

    /** The list of the one before was shown to the next one, where its answer came late. */
    @Test
    void list_answeredAfterLogOut_isNotShownToTheNext() {
        signUp("gus@example.com");
        add("private", "None");
        holdAnswers("GET");
        find("#todo-list input").click();
        awaitHeld(1);
        find("#log-out").click();
        awaitShown("#auth-form");
        browser.executeScript("window.late = window.held; window.held = []");
        signUp("hal@example.com");
        awaitHeld(1);
        assertThat(find("#todo-empty").isDisplayed())
                .as("before the server has said so")
                .isFalse();
        releaseAnswers();
        awaitShown("#todo-empty");
        browser.executeScript("window.held = window.late");
        releaseAnswers();
        assertThat(texts("#todo-list li")).isEmpty();
        awaitShown("#todo-empty");
    }

    /** A log-out that is over ended the session of the next one, too, when a late request of the first was refused. */
    @Test
    void refusal_ofTheSessionBefore_endsNotTheNext() {
        signUp("ida@example.com");
        add("private", "None");
        holdAnswers("PUT");
        find("#todo-list input").click();
        awaitHeld(1);
        find("#log-out").click();
        awaitShown("#auth-form");
        signUp("jon@example.com");
        browser.executeScript("window.refuse = true");
        releaseAnswers();
        add("mine", "None");
        assertTitles("mine");
        assertThat(find("#notice").isDisplayed()).isFalse();
    }

    /** The answer to a log-out ended the session that another tab had begun, and the log-in form kept what was typed. */
    @Test
    void session_ofAnotherTab_isNotEndedAndClearsTheForm() {
        signUp("pia@example.com");
        holdAnswers("POST");
        browser.executeScript("for (let i = 0; i < 2; i++) { document.getElementById('log-out').click(); }");
        awaitHeld(1);
        logInInAnotherTab("quinn@example.com");
        releaseAnswers();
        assertThat(find("#account-email").getText()).isEqualTo("quinn@example.com");
        find("#log-out").click();
        awaitShown("#auth-form");

        find("#email").sendKeys("pia@example.com");
        find("#password").sendKeys(Api.PASSWORD);
        logInInAnotherTab("rhea@example.com");
        find("#log-out").click();
        awaitShown("#auth-form");
        assertThat(find("#email").getDomProperty("value")).isEmpty();
        assertThat(find("#password").getDomProperty("value")).isEmpty();
    }

    private void logInInAnotherTab(String email) {
        Api.Account account = sample.api().signUp(email);
        browser.executeScript("""
                localStorage.setItem("flowdb-sample-email", arguments[0]);
                localStorage.setItem("flowdb-sample-user", arguments[1]);
                localStorage.setItem("flowdb-sample-token", arguments[2]);
                window.dispatchEvent(new StorageEvent("storage", { key: "flowdb-sample-token" }));
                """, account.email(), account.userId(), account.token());
        awaitText("#account-email", email);
    }

    /** Titles had a few letters' room beside their buttons, and in a tall window the parts were torn apart. */
    @Test
    void layout_narrowOrTall_holdsTogether() {
        signUp("sam@example.com");
        add("\u05e9\u05dc\u05d5\u05dd, a title that is longer than one line of a telephone is wide", "High");
        try {
            resize(280, 700);
            assertThat(number("document.documentElement.scrollWidth")).isEqualTo(280);
            assertThat(number("document.getElementById('log-out').offsetHeight"))
                    .isLessThan(50);
            assertThat(number("document.querySelector('.title').offsetWidth")).isGreaterThan(150);
            assertThat(browser.executeScript("return getComputedStyle(document.querySelector('.title')).direction"))
                    .isEqualTo("rtl");
            resize(800, 3000);
            assertThat(number("document.getElementById('cities').getBoundingClientRect().top"
                            + " - document.getElementById('todos').getBoundingClientRect().bottom"))
                    .isBetween(1.0, 50.0);
        } finally {
            browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        }
    }

    private void resize(int width, int height) {
        browser.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", true));
    }

    private double number(String expression) {
        return ((Number) browser.executeScript("return " + expression)).doubleValue();
    }

    /** The page showed a change that nobody had stored, and went on to say so when the server was back. */
    @Test
    void change_serverAway_isTakenBackAndToldUntilOneWorks() {
        signUp("kim@example.com");
        add("stays open", "Low");
        browser.executeScript(
                "window.real = window.fetch; window.fetch = async () => { throw new TypeError('away'); }");
        find("#todo-list input").click();
        awaitText("#notice", "The server does not answer. Is it running?");
        assertThat(find("#todo-list input").isSelected()).isFalse();
        new Select(find("#todo-list select")).selectByVisibleText("High");
        awaitTrue(() -> "Low"
                .equals(new Select(find("#todo-list select"))
                        .getFirstSelectedOption()
                        .getText()));
        find("#title").sendKeys("not lost", Keys.ENTER);
        awaitTrue(() -> "not lost".equals(find("#title").getDomProperty("value")));

        browser.executeScript("window.fetch = window.real");
        find("#title").sendKeys(Keys.ENTER);
        assertTitles("stays open", "not lost");
        awaitTrue(() -> !find("#notice").isDisplayed());
    }

    /** The page ended at the first thousand and counted no more. */
    @Test
    void list_overAThousand_isShownInParts() {
        signUp("lea@example.com");
        String token = token();
        IntStream.range(0, 1003)
                .forEach(i -> sample.api().post("/api/todos", token, Map.of("title", "todo " + i, "priority", 1)));
        browser.navigate().refresh();
        awaitText("#todos-count", "The first 1,000: 1000 open, 0 done");
        assertThat(texts("#todo-list li")).hasSize(1000);

        find("#todo-more").sendKeys(Keys.ENTER);
        awaitText("#todos-count", "1003 open, 0 done");
        assertThat(find("#todo-more").isDisplayed()).isFalse();
        assertThat(new HashSet<>(texts("#todo-list .title"))).hasSize(1003);
        find("#todo-list li:last-child input").click();
        awaitText("#todos-count", "1002 open, 1 done");

        browser.executeScript("window.fetch = async () => { throw new TypeError('away'); }");
        find("#todo-list li:last-child input").click();
        awaitText("#notice", "The server does not answer. Is it running?");
        assertThat(number("document.getElementById('notice').getBoundingClientRect().top"))
                .as("in sight, however far down the list")
                .isBetween(0.0, 200.0);
    }

    @Test
    void cities_typedInAnotherCase_areFound() {
        awaitImported();
        for (String typed : List.of(
                "rio de janeiro",
                "RIO DE JANEIRO",
                "frankfurt am main",
                "stratford-upon-avon",
                "l'aquila",
                "o\u2019fallon",
                "XI'AN",
                "coeur d'alene")) {
            find("#city-prefix").clear();
            find("#city-prefix").sendKeys(typed);
            awaitTrue(() -> texts("#city-list .city-name").stream()
                    .anyMatch(name -> typed.replace('\u2019', '\'').equalsIgnoreCase(name.replace('\u2019', '\''))));
        }
    }

    /** From now on the page gets no answers to requests of this method. */
    private void holdAnswers(String method) {
        browser.executeScript("""
                const real = window.fetch;
                window.held = [];
                window.fetch = async (path, options) => {
                  const held = window.held;
                  const answer = await real(path, options);
                  if (held && (options?.method ?? "GET") === arguments[0] && /^.api.(todos|logout)/.test(path)) {
                    await new Promise((done) => held.push(done));
                    return window.refuse ? new Response("{}", { status: 401 }) : answer;
                  }
                  return answer;
                };
                """, method);
    }

    private void awaitHeld(long answers) {
        awaitTrue(() -> Long.valueOf(answers).equals(browser.executeScript("return window.held.length")));
    }

    /** Lets go all that are held; later ones are not. Returns when the page has seen them. */
    private void releaseAnswers() {
        browser.executeAsyncScript(
                "const held = window.held ?? []; window.held = null; held.forEach((go) => go()); setTimeout(arguments[0], 50);");
    }

    private String token() {
        return (String) browser.executeScript("return localStorage.getItem('flowdb-sample-token')");
    }

    private void signUp(String email) {
        if (find("#auth-submit").getText().equals("Log in")) {
            find("#auth-switch").click();
        }
        find("#email").sendKeys(email);
        find("#password").sendKeys(Api.PASSWORD);
        find("#auth-submit").click();
        awaitShown("#todo-form");
    }

    private void add(String title, String priority) {
        int before = texts("#todo-list .title").size();
        new Select(find("#priority")).selectByVisibleText(priority);
        find("#title").sendKeys(title, Keys.ENTER);
        awaitTrue(() -> texts("#todo-list .title").size() == before + 1);
    }

    private WebElement find(String selector) {
        return browser.findElement(By.cssSelector(selector));
    }

    private WebElement focus() {
        return browser.switchTo().activeElement();
    }

    /** Read in one step: rows are replaced at any time. */
    private List<String> texts(String selector) {
        Object texts = browser.executeScript(
                "return [...document.querySelectorAll(arguments[0])].map(found => found.innerText.trim())", selector);
        return ((List<?>) texts).stream().map(String::valueOf).toList();
    }

    private void assertTitles(String... titles) {
        awaitTrue(() -> texts("#todo-list .title").equals(List.of(titles)));
    }

    private void awaitShown(String selector) {
        awaitTrue(() -> find(selector).isDisplayed());
    }

    private void awaitImported() {
        await().atMost(Duration.ofMinutes(5))
                .until(() -> texts("#import-state").equals(List.of("171,075 of them, in the same database.")));
    }

    private void awaitText(String selector, String text) {
        awaitTrue(() -> texts(selector).equals(List.of(text)));
    }

    private static void awaitTrue(Callable<Boolean> condition) {
        await().until(condition);
    }

    /** The content policy has stopped nothing, and no script has failed. */
    private void assertNothingBlocked() {
        assertThat(browser.manage().logs().get(LogType.BROWSER).getAll()).isEmpty();
    }
}
