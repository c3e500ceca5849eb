package io.flowdb.boot;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.EngineStats;
import io.flowdb.error.EngineClosedException;
import io.flowdb.json.JsonDB;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ApplicationContextEvent;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.ContextStartedEvent;

/**
 * The engine of an application context, and the documents in it.
 *
 * <p>Opened by the first use and at the latest when the context starts, first of all beans. While the context is paused
 * the engine is closed and its directory free for others; a restart opens it again, with another {@link #engine()}, so
 * a bean that should live on asks for the engine at each use; {@link #documents()} may be kept. When the context
 * closes, the engine outlives every bean that uses it: it closes in {@link #destroy()}, within a time limit. An engine
 * in memory is not closed by a pause, as that would lose its data.
 *
 * <p>A second engine is another bean of this type, {@code @Bean(defaultCandidate = false)} with a qualifier.
 *
 * <p>Threads: any. Errors: {@link io.flowdb.error.EngineClosedException} for a use while paused or after the end; what
 * {@link Engine#open} throws.
 */
public final class FlowDb implements SmartLifecycle, ApplicationContextAware, DisposableBean {

    /** Phase of the lifecycle: started before and stopped after nearly everything else. */
    public static final int PHASE = Integer.MIN_VALUE / 2;

    private static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(20);

    private static final Logger log = LoggerFactory.getLogger(FlowDb.class);

    private final Config config;
    private final String name;
    private final Supplier<List<FlowDbInitializer>> initializers;
    private final Reopenable<Opened> opened;
    private final JsonDB documents = JsonDB.following(() -> opened().documents());

    /** Found before the engine is opened, without holding any lock: finding beans may take locks of the container. */
    private volatile @Nullable List<FlowDbInitializer> found;

    private volatile @Nullable ApplicationContext context;
    private volatile boolean running;

    /** Whether the start of the context has come to its end. */
    private volatile boolean started;

    private FlowDb(Config config, Duration closeTimeout, Supplier<List<FlowDbInitializer>> initializers) {
        this.config = config;
        this.initializers = initializers;
        this.name = config.inMemory() ? "FlowDB in memory" : "FlowDB in " + dataDir();
        this.opened = new Reopenable<>(name, closeTimeout, new Openings());
    }

    /**
     * An engine without initializers: nobody creates the stores of entities in it. Nothing is opened yet; closing waits
     * up to 20 seconds.
     */
    public static FlowDb of(Config config) {
        return new FlowDb(config, DEFAULT_CLOSE_TIMEOUT, List::of);
    }

    /**
     * Nothing is opened yet.
     *
     * @param closeTimeout longest wait for an orderly close; acknowledged writes are in the WAL by then
     * @param initializers looked up once, before the first opening; called at each opening
     */
    public static FlowDb of(Config config, Duration closeTimeout, ObjectProvider<FlowDbInitializer> initializers) {
        return new FlowDb(
                config, closeTimeout, () -> initializers.orderedStream().toList());
    }

    /** The open engine; opens it if need be. Not to be kept: a pause closes it. */
    public Engine engine() {
        return opened().engine();
    }

    /** The documents, always the same: each operation opens the engine if need be, and goes on after a pause. */
    public JsonDB documents() {
        return documents;
    }

    /** The engine if it is open. */
    public Optional<Engine> openEngine() {
        return Optional.ofNullable(opened.peek()).map(Opened::engine);
    }

    /** The documents in the engine if it is open. */
    public Optional<JsonDB> openDocuments() {
        return Optional.ofNullable(opened.peek()).map(Opened::documents);
    }

    /** Figures of the engine if it is open. */
    public Optional<EngineStats> openStats() {
        try {
            return openEngine().map(Engine::stats);
        } catch (EngineClosedException e) {
            return Optional.empty(); // closed since the look
        }
    }

    private Opened opened() {
        Opened open = opened.peek();
        if (open != null) {
            return open;
        }
        if (opened.released() && isContextClosed()) {
            opened.resume(); // it was paused, and its beans may write until they are destroyed
        }
        if (found == null) {
            found = List.copyOf(initializers.get());
        }
        return opened.get();
    }

    /** The settings of the engine. */
    public Config config() {
        return config;
    }

    /** Where it is opened: absolute, without {@code .} and {@code ..}; means nothing for an engine in memory. */
    public Path dataDir() {
        return config.dataDir().toAbsolutePath().normalize();
    }

    /** Whether the engine was closed by a pause and not opened since. */
    public boolean isPaused() {
        return opened.released();
    }

    /**
     * Whether somebody closed the engine, and not this bean; it refuses use until the application context is paused and
     * restarted.
     */
    public boolean isClosedElsewhere() {
        Opened open = opened.peek();
        return open != null && !open.engine().isOpen() && opened.peek() == open;
    }

    /** The data directory as an absolute path, or words for an engine in memory. */
    @Override
    public String toString() {
        return name;
    }

    @Override
    public void setApplicationContext(ApplicationContext context) {
        this.context = context;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    @Override
    public boolean isPauseable() {
        return !config.inMemory();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Opens the engine. */
    @Override
    public void start() {
        opened.resume();
        opened();
        running = true;
        if (!started && context instanceof ConfigurableApplicationContext starting) {
            starting.addApplicationListener(new StartListener(starting));
        }
    }

    /**
     * Closes the engine until the next {@link #start()}, if the context is only paused. If it is being closed, or its
     * start has failed, this does nothing, as other beans may write until they are destroyed.
     */
    @Override
    public void stop() {
        running = false;
        boolean paused = context == null || started && !isContextClosed();
        if (paused && !config.inMemory()) {
            opened.release();
        }
    }

    /** Asked for, and not heard of: other listeners keep an event from this one, or hand it on late. */
    private boolean isContextClosed() {
        return context instanceof ConfigurableApplicationContext closeable && closeable.isClosed();
    }

    /**
     * Hears that the context has started: added after those of other beans, so that it does not if one of them fails.
     */
    private final class StartListener implements ApplicationListener<ApplicationContextEvent> {
        private final ConfigurableApplicationContext starting;

        StartListener(ConfigurableApplicationContext starting) {
            this.starting = starting;
        }

        @Override
        public void onApplicationEvent(ApplicationContextEvent event) {
            boolean end = event instanceof ContextRefreshedEvent || event instanceof ContextStartedEvent;
            if (end && event.getApplicationContext() == starting) { // a child context says so here as well
                started = true;
                starting.removeApplicationListener(this);
            }
        }

        @Override
        public boolean supportsAsyncExecution() {
            return false;
        }
    }

    /** Closes documents and engine for good. */
    @Override
    public void destroy() {
        running = false;
        opened.close();
    }

    /** One opening. */
    private record Opened(Engine engine, JsonDB documents) {}

    private final class Openings implements Reopenable.Source<Opened> {
        @Override
        public Opened open() {
            long start = System.nanoTime();
            if (!config.inMemory()) {
                DataDirectory.check(dataDir(), config);
            }
            JsonDB documents = JsonDB.open(config);
            log.info("Opened {} in {} ms", FlowDb.this, (System.nanoTime() - start) / 1_000_000);
            return new Opened(documents.engine().orElseThrow(), documents);
        }

        @Override
        public void prepare(Opened opened) {
            List<FlowDbInitializer> all = found;
            if (all != null) {
                all.forEach(initializer -> initializer.initialize(opened.documents()));
            }
        }

        @Override
        public void close(Opened opened) {
            opened.documents().close(); // and the engine, which it owns
            log.info("Closed {}", FlowDb.this);
        }
    }
}
