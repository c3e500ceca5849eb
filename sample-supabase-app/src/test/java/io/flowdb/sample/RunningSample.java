package io.flowdb.sample;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/** The whole application on a free port, with the data directory given and a clock that the test moves. */
public final class RunningSample implements AutoCloseable {
    private final ServletWebServerApplicationContext context;
    private final Api api;

    private RunningSample(ServletWebServerApplicationContext context) {
        this.context = context;
        this.api = new Api(context.getWebServer().getPort());
    }

    /** Starts without the import of cities. */
    public static RunningSample start(Path dataDir) {
        return start(dataDir, "sample.cities.import-enabled=false");
    }

    public static RunningSample start(Path dataDir, String... properties) {
        List<String> arguments = new ArrayList<>(List.of(
                "--server.port=0",
                "--server.tomcat.keep-alive-timeout=10m", // or a pooled connection ends while it is used again
                "--flowdb.data-dir=" + dataDir));
        for (String property : properties) {
            arguments.add("--" + property);
        }
        return new RunningSample((ServletWebServerApplicationContext)
                new SpringApplicationBuilder(SampleApplication.class, ClockOfTheTest.class)
                        .run(arguments.toArray(String[]::new)));
    }

    public int port() {
        return context.getWebServer().getPort();
    }

    public Api api() {
        return api;
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** The time as the application sees it. */
    public Instant now() {
        return bean(MovableClock.class).instant();
    }

    /** Lets time pass for the application. */
    public void pass(Duration time) {
        bean(MovableClock.class).pass(time);
    }

    @Override
    public void close() {
        context.close();
    }

    /** Not annotated: the application's own scan must not find it. */
    static class ClockOfTheTest {
        @Bean
        @Primary
        MovableClock movableClock() {
            return new MovableClock(Clock.systemUTC());
        }
    }
}
