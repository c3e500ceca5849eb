package io.flowdb.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
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
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.Select;

/** The page as a person uses it, in Chromium without a window. Skipped where Chromium is not installed. */
class BrowserIT {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    @TempDir
    static Path dataDir;

    static RunningSample sample;

    @TempDir
    Path profile;

    private ChromeDriver browser;

    @BeforeAll
    static void start() {
        assumeTrue(
                Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER),
                "needs " + CHROMIUM + " and " + DRIVER + " (Debian: apt-get install chromium chromium-driver)");
        sample = RunningSample.start(dataDir.resolve("data"), "sample.cities.import-enabled=true");
    }

    @AfterAll
    static void stop() {
        if (sample != null) {
            sample.close();
        }
    }

    @BeforeEach
    void open() {
        browser = startBrowser();
        browser.get("http://127.0.0.1:" + sample.port() + "/");
    }

    @AfterEach
    void close() {
        if (browser != null) {
            browser.quit();
        }
    }

    private ChromeDriver startBrowser() {
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
        Object token = browser.executeScript("return localStorage.getItem('flowdb-sample-token')");
        sample.api().post("/api/logout", (String) token, null);

        find("#title").sendKeys("too late", Keys.ENTER);

        awaitText("#notice", "Your session has ended. Please log in again.");
        awaitShown("#auth-form");
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
    }

    @Test
    void cities_typed_appearInOrder() {
        awaitText("#import-state", "171,075 of them, in the same database.");

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

    private void signUp(String email) {
        find("#auth-switch").click();
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
